"""The sample jobs of a very first start."""

from datetime import datetime

from belfry.records import db, jobs
from belfry.rules.definition import Definition
from belfry.rules.lifecycle import RetryPolicy

PATIENT = RetryPolicy(type="EXPONENTIAL", max_retries=3, delay_ms=1000)

SAMPLES = (
    Definition(
        id="backup-job",
        name="Database backup",
        description="A full backup each night.",
        schedule="daily at 2 AM",
        command="backup",
        args={"source": "database", "target": "backups"},
        priority="HIGH",
        retry_policy=PATIENT,
        tags=["backup"],
        timeout_seconds=3600,
    ),
    Definition(
        id="log-process-job",
        name="Log processing",
        description="Reads what the last quarter of an hour logged.",
        schedule="every 15 minutes",
        command="data_processing",
        args={"source_url": "https://data.example.org/logs", "batch_size": 100},
        retry_policy=RetryPolicy(type="FIXED", max_retries=2, delay_ms=5000),
        tags=["etl"],
    ),
    Definition(
        id="data-sync-job",
        name="Data synchronisation",
        description="Fetches what has changed at the source.",
        schedule="every 30 minutes",
        command="api_call",
        args={"endpoint": "https://api.example.org/changes", "method": "GET"},
        retry_policy=PATIENT,
        tags=["etl"],
    ),
    Definition(
        id="cleanup-job",
        name="Cleanup",
        description="Removes temporary files.",
        schedule="daily at 1 AM",
        command="default",
        args={"payload": "remove temporary files"},
        priority="LOW",
        tags=["maintenance"],
    ),
    Definition(
        id="report-job",
        name="Report generation",
        description="Runs after data synchronisation and log processing.",
        schedule="daily at 6 AM",
        command="data_processing",
        args={"source_url": "https://data.example.org/reports", "batch_size": 500, "batches": 5},
        priority="HIGH",
        dependencies=["data-sync-job", "log-process-job"],
        retry_policy=PATIENT,
        tags=["reports"],
    ),
)


async def create_once(wanted: bool, now: datetime) -> None:
    """At the very first start on a database create the sample jobs, if wanted; at later ones do nothing."""
    async with db.transaction():
        if await db.fetch("claim_fact", "first_start", now.isoformat()) and wanted:
            for sample in SAMPLES:
                await jobs.create(sample, now)
