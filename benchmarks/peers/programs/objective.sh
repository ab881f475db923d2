# bash objective.sh LOG SECONDS X Y: a result that depends on both parameters, and two lines in LOG of what really happened.
LC_ALL=C
echo "start $EPOCHREALTIME $$ $3 $4" >> "$1"
[ "$2" = 0 ] || sleep "$2"
result=$((($3 * 7919 + $4 * 104729) % 1000003))
echo "RESULT: $result"
echo "end $EPOCHREALTIME $$ $3 $4" >> "$1"
