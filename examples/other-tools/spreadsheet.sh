#!/bin/sh
# A sheet saved as CSV by a Chinese Excel (GB18030, \r\n) to a workbook with the classes.
# usage: spreadsheet.sh results.xlsx
here=$(dirname "$0")
exec energybench assess "$here/meters.csv" "$here/outputs.csv" --results "$1"
