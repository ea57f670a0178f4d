"""Belfry's database, step by step. Piccolo runs each file once, in the order of their names."""
