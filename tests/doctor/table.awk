# table.awk: from the runs (their first line and their `#:` lines) and the records of `run` to the table. Only broken
# runs that differ from their mended ones count, seed by seed.

function share(some, of) { return of ? sprintf("%.2f", some / of) : "-" }
function ratio(some, of) { return sprintf("%d/%d", some, of) }
function name_of(file) { sub(/.*\//, "", file); sub(/\.dnn$/, "", file); return file }
function kind_of(name) { return substr(name, 1, 1) }

FILENAME ~ /\.dnn$/ {
    name = name_of(FILENAME)
    if (FNR == 1) {
        title[name] = substr($0, 3)
        names[++count] = name
    }
    if (sub(/^#: rules /, "")) rules[name] = " " $0 " "
    next
}

{ seeds_seen[$3] = 1 }

$1 == "separate" {
    seeds[$2]++
    apart[$2, $3] = $4 == 0 && $5 == 1
    separated[$2] += apart[$2, $3]
    broken_good[$2] += $4
    mended_good[$2] += $5
}

function is_right(name, rule) { return index(rules[name], " " rule " ") > 0 }

$1 == "examine" {
    if ($5 != "0") {
        failures++
        printf "FAILED: %s seed %s step %s: %s\n", $2, $3, $4, $5 == "hash" ? "the hash has changed" : "status " $5
    }
    checks[$2]++
    examined++
    time += $6
    slowest = $6 > slowest ? $6 : slowest
    n = split($7, found, " ")
    if (kind_of($2) == "H") {
        alarms[$2] += n > 0
        for (i = 1; i <= n; i++) said[$2, found[i]]++
        next
    }
    if (!apart[$2, $3]) next
    hits = 0
    for (i = 1; i <= n; i++) {
        hits += is_right($2, found[i])
        if (!is_right($2, found[i])) said[$2, found[i]]++
    }
    counted[$2]++
    caught[$2] += hits > 0
    if (hits > 0) met[$2, $3] = 1
    first[$2] += n > 0 && is_right($2, found[1])
    right[$2] += hits
    findings[$2] += n
}

$1 == "cure" && apart[$2, $3] {
    in_place[$2] += $5
    anew[$2] += $6
    restored[$2] += $5 || $6
}

$1 == "differential" && apart[$2, $3] {
    chosen[$2] += $5
    choices[$2]++
}

$1 == "follow" && apart[$2, $3] {
    followed[$2] += $5
    follows[$2]++
}

# What was said of NAME beside what is right, and how often.
function others(name,   key, k, list) {
    for (key in said) {
        split(key, k, SUBSEP)
        if (k[1] == name) list = list " " k[2] " " said[key]
    }
    return list
}

function add(which, name,   s) {
    for (s in seeds_seen) sum[which, "met"] += met[name, s]
    sum[which, "runs"] += separated[name]
    sum[which, "checks"] += counted[name]
    sum[which, "caught"] += caught[name]
    sum[which, "first"] += first[name]
    sum[which, "right"] += right[name]
    sum[which, "findings"] += findings[name]
    sum[which, "in place"] += in_place[name]
    sum[which, "anew"] += anew[name]
    sum[which, "restored"] += restored[name]
    sum[which, "chosen"] += chosen[name]
    sum[which, "choices"] += choices[name]
    sum[which, "followed"] += followed[name]
    sum[which, "follows"] += follows[name]
}

function share_of(which, some, of) { return share(sum[which, some], sum[which, of]) }

function print_total(which, words) {
    if (!sum[which, "runs"]) return
    printf "%-20s %6s %8s %9s %11s %8s %8s %8s %6s %8s\n", words, share_of(which, "caught", "checks"),
        share_of(which, "met", "runs"), share_of(which, "right", "findings"), share_of(which, "first", "caught"),
        share_of(which, "restored", "checks"), share_of(which, "in place", "checks"),
        share_of(which, "anew", "checks"), share_of(which, "chosen", "choices"), share_of(which, "followed", "follows")
}

function print_separate(   i, name, passed, failed) {
    for (i = 1; i <= count; i++) {
        name = names[i]
        if (!seeds[name]) continue
        printf "%-5s  broken good %s, mended good %s  %s\n", name, ratio(broken_good[name], seeds[name]),
            ratio(mended_good[name], seeds[name]), title[name]
        if (separated[name] == seeds[name]) passed++
        else failed++
    }
    printf "%d passed, %d failed\n", passed, failed
    return failed > 0 || passed == 0
}

function print_broken(   i, name) {
    printf "%-5s  %5s  %6s  %6s  %8s  %6s  %8s  %s\n", "fault", "apart", "found", "first", "restored", "--cure",
        "followed", "other findings"
    for (i = 1; i <= count; i++) {
        name = names[i]
        if (kind_of(name) == "H" || !checks[name]) continue
        printf "%-5s  %5s  %6s  %6s  %8s  %6s  %8s %s\n", name, ratio(separated[name], seeds[name]),
            ratio(caught[name], counted[name]), ratio(first[name], counted[name]),
            ratio(restored[name], counted[name]), ratio(chosen[name], choices[name]),
            ratio(followed[name], follows[name]), others(name)
        if (kind_of(name) != "P") {
            add(kind_of(name), name)
            continue
        }
        add("all", name)
        add(substr(name, 2) % 2 ? "odd" : "even", name)
    }
}

function print_healthy(   i, name) {
    printf "\n%-5s  %6s  %s\n", "run", "alarms", "which"
    for (i = 1; i <= count; i++) {
        name = names[i]
        if (kind_of(name) != "H" || !checks[name]) continue
        printf "%-5s  %6s %s\n", name, ratio(alarms[name], checks[name]), others(name)
        all_checks += checks[name]
        all_alarms += alarms[name]
    }
}

END {
    if (separate) exit print_separate()
    print_broken()
    print_healthy()
    printf "\n%-20s %6s %8s %9s %11s %8s %8s %8s %6s %8s\n", "", "recall", "of runs", "precision", "first right",
        "restored", "in place", "anew", "--cure", "followed"
    print_total("odd", "odd-numbered P")
    print_total("even", "even-numbered P")
    print_total("all", "all P")
    print_total("Q", "further (Q)")
    print_total("U", "never looked at (U)")
    printf "healthy: false alarms in %d of %d checks, %s\n", all_alarms, all_checks, share(all_alarms, all_checks)
    printf "%d examinations, %.1f s on average, %.1f s at most; %d failed\n", examined,
        time / (examined + !examined) / 1000, slowest / 1000, failures
    exit failures > 0
}
