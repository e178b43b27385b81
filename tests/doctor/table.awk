# table.awk: from the runs (their first line and their `#:` lines) and the records of `run` to the table. Only broken
# runs that differ from their mended ones count, seed by seed.

function share(some, of) { return of ? sprintf("%.2f", some / of) : "-" }
function ratio(some, of) { return sprintf("%d/%d", some, of) }
function name_of(file) { sub(/.*\//, "", file); sub(/\.dnn$/, "", file); return file }

FILENAME ~ /\.dnn$/ {
    name = name_of(FILENAME)
    if (FNR == 1) { title[name] = substr($0, 3); names[++count] = name }
    if (sub(/^#: rules /, "")) rules[name] = " " $0 " "
    next
}

$1 == "separate" {
    seeds[$2]++
    apart[$2, $3] = $4 == 0 && $5 == 1
    separated[$2] += apart[$2, $3]
    broken_good[$2] += $4
    fixed_good[$2] += $5
}

$1 == "examine" {
    if ($5 != "0") { failures++; print "FAILED: " $2 " seed " $3 " step " $4 ": " ($5 == "hash" ? "the hash has changed" : "status " $5) }
    checks[$2]++
    time += $6
    slowest = $6 > slowest ? $6 : slowest
    examined++
    n = split($7, found, " ")
    if ($2 ~ /^H/) {
        alarms[$2] += n > 0
        for (i = 1; i <= n; i++) said[$2, found[i]]++
        next
    }
    if (!apart[$2, $3]) next
    counted[$2]++
    hits = 0
    for (i = 1; i <= n; i++) {
        right = index(rules[$2], " " found[i] " ") > 0
        hits += right
        if (!right) strays[$2, found[i]]++
    }
    caught[$2] += hits > 0
    if (hits > 0) met[$2, $3] = 1
    top[$2] += n > 0 && index(rules[$2], " " found[1] " ") > 0
    right_findings[$2] += hits
    all_findings[$2] += n
}

$1 == "cure" && apart[$2, $3] {
    live[$2] += $5
    anew[$2] += $6
    either[$2] += $5 || $6
}

$1 == "follow" && apart[$2, $3] {
    followed[$2] += $5
    follows[$2]++
}

$1 == "differential" && apart[$2, $3] {
    chosen[$2] += $5
    choices[$2]++
}

function add(which, name,   s) {
    sum[which, "runs"] += separated[name]
    for (s in seeds_seen) sum[which, "met"] += met[name, s]
    sum[which, "checks"] += counted[name]
    sum[which, "caught"] += caught[name]
    sum[which, "top"] += top[name]
    sum[which, "right"] += right_findings[name]
    sum[which, "findings"] += all_findings[name]
    sum[which, "live"] += live[name]
    sum[which, "anew"] += anew[name]
    sum[which, "either"] += either[name]
    sum[which, "chosen"] += chosen[name]
    sum[which, "choices"] += choices[name]
    sum[which, "followed"] += followed[name]
    sum[which, "follows"] += follows[name]
}

function total(which, words) {
    printf "%-18s %6s %9s %9s %11s %8s %8s %8s %8s %8s\n", words, share(sum[which, "caught"], sum[which, "checks"]),
        share(sum[which, "met"], sum[which, "runs"]), share(sum[which, "right"], sum[which, "findings"]),
        share(sum[which, "top"], sum[which, "caught"]), share(sum[which, "either"], sum[which, "checks"]),
        share(sum[which, "live"], sum[which, "checks"]), share(sum[which, "anew"], sum[which, "checks"]),
        share(sum[which, "chosen"], sum[which, "choices"]), share(sum[which, "followed"], sum[which, "follows"])
}

{ seeds_seen[$3] = 1 }

END {
    if (separate) {
        for (i = 1; i <= count; i++) {
            name = names[i]
            if (!seeds[name]) continue
            printf "%-5s  broken good %s, mended good %s  %s\n", name, ratio(broken_good[name], seeds[name]), ratio(fixed_good[name], seeds[name]), title[name]
            failed += separated[name] < seeds[name]
            passed += separated[name] == seeds[name]
        }
        printf "%d passed, %d failed\n", passed, failed
        exit failed > 0 || passed == 0
    }
    printf "%-5s  %5s  %6s  %6s  %8s  %7s  %8s  %s\n", "fault", "apart", "found", "first", "restored", "--cure", "followed", "other findings"
    for (i = 1; i <= count; i++) {
        name = names[i]
        if (name ~ /^H/) continue
        add(name ~ /^Q/ ? "further" : substr(name, 2) % 2 ? "odd" : "even", name)
        if (name ~ /^P/) add("all", name)
        others = ""
        for (key in strays) { split(key, k, SUBSEP); if (k[1] == name) others = others " " k[2] " " strays[key] }
        printf "%-5s  %5s  %6s  %6s  %8s  %7s  %8s %s\n", name, ratio(separated[name], seeds[name]), ratio(caught[name], counted[name]), ratio(top[name], counted[name]), ratio(either[name], counted[name]), ratio(chosen[name], choices[name]), ratio(followed[name], follows[name]), others
    }
    printf "\n%-5s  %6s  %s\n", "run", "alarms", "which"
    for (i = 1; i <= count; i++) {
        name = names[i]
        if (name !~ /^H/) continue
        others = ""
        for (key in said) { split(key, k, SUBSEP); if (k[1] == name) others = others " " k[2] " " said[key] }
        printf "%-5s  %6s %s\n", name, ratio(alarms[name], checks[name]), others
        all_checks += checks[name]
        all_alarms += alarms[name]
    }
    print ""
    printf "%-18s %6s %9s %9s %11s %8s %8s %8s %8s %8s\n", "", "recall", "of runs", "precision", "first right", "restored", "in place", "anew", "--cure", "followed"
    total("odd", "odd-numbered P")
    total("even", "even-numbered P")
    total("all", "all P")
    total("further", "further (Q)")
    printf "healthy runs              false alarms in %d of %d checks, %.3f\n", all_alarms, all_checks, all_checks ? all_alarms / all_checks : 0
    if (examined) printf "%d examinations, %.1f s on average, %.1f s at most; %d failed\n", examined, time / examined / 1000, slowest / 1000, failures
    exit failures > 0
}
