"""HTTP and websockets, by Litestar."""
