"""Repair (信用修复): the plan and the case of a company on its way to a clean record."""
