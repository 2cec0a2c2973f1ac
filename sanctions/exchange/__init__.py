"""What offices and trading platforms hand each other as files: field tables as data, rows out and in, receipts."""
