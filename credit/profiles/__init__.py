"""What a company is and does: roles, qualifications, staff, relations, status, as dated and sourced statements."""
