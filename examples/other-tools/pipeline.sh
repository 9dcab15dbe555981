#!/bin/sh
# A table of readings to JSON lines, through one run of energybench, to a sum: no tool beside a shell and awk.
# usage: pipeline.sh < readings.csv
set -eu

# carrier,amount,unit with a header: the line number goes along as the id.
awk -F, 'NR > 1 {printf "{\"id\": %d, \"carrier\": \"%s\", \"amount\": \"%s %s\"}\n", NR, $1, $2, $3}' |
  { energybench convert - || [ $? -eq 1 ]; } |
  awk -F'"tce": ' '
    /"error": / {print "refused: " $0; next}
    {split($2, figure, ","); total += figure[1]; rows++}
    END {printf "%d readings, %.2f tce\n", rows, total}'
