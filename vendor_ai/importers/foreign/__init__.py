"""Published questionnaires in other people's layouts: workbook, CSV or JSON → pack and answers."""
