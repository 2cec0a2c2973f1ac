"""The commands of `tendercredit`: one module each, registered in `api/cli.py`."""
