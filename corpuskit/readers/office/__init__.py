"""Word processors, spreadsheets, presentations: OOXML, ODF, RTF and the old binary forms."""
