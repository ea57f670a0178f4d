"""Belfry's web page, in Reflex."""
