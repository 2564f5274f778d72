"""Collections of cases: their scaling, order and samples."""
