//! Published worked examples and values computed to forty digits, for every method of `stats`.
//!
//! Where a case is a published example, its source is named at the case; the others were computed with
//! mpmath 1.4 (40 digits) or by full enumeration, as noted at each test.

use coroner::stats::{
    before_after::probability_ratio_below,
    binomial,
    clean_time::clean_time_until_sure,
    clock::{DailyPattern, Hours, rayleigh},
    dispersion::excess_dispersion,
    excess_share::excess_log_bayes_factor,
    permutation::{max_t_p, permutation_p},
    posterior::normalise,
    power::minimum_detectable,
    rate_ratio,
    region_bayes_factor::{TableGrid, region_evidence},
    repeats,
    separation::exposure_to_separate,
    shared_event::{Cluster, common_cause_log_bayes_factor},
    stratified::{self, Stratum},
    two_causes::{Split, TwoCauseGrid},
};

/// Whether two numbers agree to a relative tolerance (absolute below one part in 1e14).
fn close(found: f64, expected: f64, relative: f64) -> bool {
    found == expected || (found - expected).abs() <= relative * expected.abs() + 1e-14
}

#[track_caller]
fn assert_close(what: &str, found: f64, expected: f64, relative: f64) {
    assert!(close(found, expected, relative), "{what}: found {found}, expected {expected}");
}

/// a, b, T1, T0, ratio, p greater, p less, p two-sided (central), low, high.
///
/// Rothman's fluoroscopy data (Stata [R] epitab, `iri 41 15 28010 19017`); Fay, vignette of the R package
/// exactci; OpenEpi's two strata and their sum; the others by mpmath.
const RATE_RATIOS: [[f64; 10]; 14] = [
    // rothman fluoroscopy
    [
        41.0,
        15.0,
        28010.0,
        19017.0,
        1.8557586576222778,
        0.02383012337728295,
        0.9883727016050208,
        0.0476602467545659,
        1.0056840626892576,
        3.609300311077905,
    ],
    // fay vignette
    [
        2.0,
        10.0,
        17877.0,
        20000.0,
        0.22375118867818986,
        0.9944917916687175,
        0.030278224216837773,
        0.060556448433675546,
        0.023837382348776654,
        1.0499546775959367,
    ],
    // rateratio test help
    [
        2.0,
        9.0,
        17877.0,
        16660.0,
        0.20709415574325793,
        0.9957866808045336,
        0.02505324780705445,
        0.0501064956141089,
        0.0217740627590647,
        1.000549104487722,
    ],
    // openepi stratum1
    [
        17.0,
        3.0,
        100025.0,
        122268.0,
        6.926788302924269,
        0.00027690440187398165,
        0.9999641821897783,
        0.0005538088037479633,
        2.0035107006097803,
        36.892333602585104,
    ],
    // openepi stratum2
    [
        8.0,
        1.0,
        78531.0,
        77932.0,
        7.938979511275802,
        0.020075836239573146,
        0.9979785394435449,
        0.04015167247914629,
        1.0643728602342746,
        352.27360512905943,
    ],
    // openepi crude
    [
        25.0,
        4.0,
        178556.0,
        200200.0,
        7.007605457111494,
        1.4615517852280266e-05,
        0.9999980748228169,
        2.9231035704560533e-05,
        2.419759362108295,
        27.705669265569295,
    ],
    // fleet41 8 2
    [
        8.0,
        2.0,
        4380.0,
        10585.0,
        9.666666666666666,
        0.0013284186493459878,
        0.9998839087225342,
        0.0026568372986919757,
        1.9291099678668575,
        93.44200219264563,
    ],
    // fleet41 all in level
    [
        10.0,
        0.0,
        5475.0,
        9490.0,
        f64::INFINITY,
        4.2960964537693587e-05,
        1.0,
        8.592192907538717e-05,
        3.8853038901691006,
        f64::INFINITY,
    ],
    // fleet41 none in level
    [0.0, 10.0, 5475.0, 9490.0, 0.0, 1.0, 0.010517073583667765, 0.02103414716733553, 0.0, 0.7732842859593363],
    // fleet41 null
    [
        4.0,
        6.0,
        5475.0,
        9490.0,
        1.1555555555555554,
        0.5289420932535025,
        0.7157307966496169,
        1.0,
        0.23984418275136696,
        4.872909671984331,
    ],
    // one incident
    [1.0, 0.0, 100.0, 900.0, f64::INFINITY, 0.1, 1.0, 0.2, 0.23076923076923078, f64::INFINITY],
    // fleet2000 300
    [
        120.0,
        180.0,
        146000.0,
        584000.0,
        2.6666666666666665,
        1.7266070531559357e-15,
        0.9999999999999993,
        3.4532141063118714e-15,
        2.0987606007637107,
        3.378255640167758,
    ],
    // backup window hours
    [
        6.0,
        4.0,
        15330.0,
        343830.0,
        33.642857142857146,
        1.0941479465095648e-06,
        0.9999999723687627,
        2.1882958930191295e-06,
        7.978024033505105,
        162.08936164397718,
    ],
    // bigfleet
    [
        520.0,
        1480.0,
        175200000.0,
        700800000.0,
        1.4054054054054055,
        5.004799399355798e-11,
        0.999999999964672,
        1.0009598798711596e-10,
        1.2693250761130943,
        1.554140235286941,
    ],
];

#[test]
fn two_rates_compare_as_published() {
    for case in RATE_RATIOS {
        let [a, b, t1, t0, ratio, greater, less, two_sided, low, high] = case;
        let found = rate_ratio::compare(a as u64, b as u64, t1, t0).expect("events and time on both sides");
        assert_close("ratio", found.ratio, ratio, 1e-9);
        assert_close("p greater", found.p_greater, greater, 1e-9);
        assert_close("p less", found.p_less, less, 1e-9);
        assert_close("p two-sided", found.p_two_sided, two_sided, 1e-9);
        assert_close("low", found.low, low, 1e-9);
        assert_close("high", found.high, high, 1e-9);
    }
}

#[test]
fn rates_without_events_or_time_are_not_compared() {
    assert!(rate_ratio::compare(0, 0, 10.0, 10.0).is_none());
    assert!(rate_ratio::compare(1, 1, 0.0, 10.0).is_none());
    assert!(rate_ratio::compare(1, 1, 10.0, f64::NAN).is_none());
}

/// n, a, π, σ, ln BF, posterior mean of ln ρ, explained fraction; mpmath quadrature.
const REGIONS: [[f64; 7]; 11] = [
    [10.0, 3.0, 0.3, 2.0, -1.1607176149963845, 0.4960461606938371, 0.10569739947699729],
    [10.0, 8.0, 0.2926829268292683, 2.0, 4.604811260735211, 2.092015712687377, 0.6740354696231918],
    [10.0, 6.0, 0.0426829268292683, 2.0, 10.481841093280696, 3.1981882155071073, 0.5701397369404504],
    [10.0, 10.0, 0.05, 2.0, 25.519548614183027, 5.140314134559178, 0.991431988691848],
    [10.0, 0.0, 0.2, 2.0, -1.896494372589589, 0.31317706030416814, 0.0],
    [40.0, 18.0, 0.15, 2.0, 8.76048138614295, 1.4902723130491242, 0.3433154336877172],
    [300.0, 120.0, 0.2, 2.0, 29.136199019227185, 0.9760395924797607, 0.24822767411933755],
    [300.0, 9.0, 0.004, 2.0, 8.868460050342263, 1.9283940862365119, 0.02534920136192895],
    [12.0, 4.625, 0.25, 2.0, -0.24754151877399588, 0.7326470715752764, 0.18219739603373036],
    [10.0, 8.0, 0.2926829268292683, 1.0, 3.958030277302932, 1.5369666566889049, 0.5997715011569236],
    [10.0, 3.0, 0.0005, 2.0, 11.487220729532229, 5.697425315419435, 0.2984454883105115],
];

#[test]
fn evidence_for_a_region_is_exact() {
    for [n, a, share, sigma, log_bf, log_ratio, explained] in REGIONS {
        let found = region_evidence(a, n, share, sigma);
        assert_close("ln BF", found.log_bayes_factor, log_bf, 1e-8);
        assert_close("ln ratio", found.mean_log_ratio, log_ratio, 1e-8);
        assert_close("explained", found.explained_fraction, explained, 1e-8);
    }
}

#[test]
fn the_table_for_permutations_agrees_with_the_exact_evidence() {
    for [n, a, share, sigma, log_bf, _, _] in REGIONS {
        if sigma != 2.0 || a.fract() != 0.0 {
            continue;
        }
        let table = TableGrid::for_events(n as usize).table(share, n as usize, n as usize);
        assert!((f64::from(table[a as usize]) - log_bf).abs() < 2e-3, "ln BF at {n} {a} {share}");
    }
}

#[test]
fn evidence_keeps_its_meaning_for_many_events() {
    // The same shares with more events: the explained fraction settles, the evidence grows.
    let some = region_evidence(400.0, 1000.0, 0.2, 2.0);
    let many = region_evidence(4000.0, 10_000.0, 0.2, 2.0);
    assert!((some.explained_fraction - 0.25).abs() < 0.01);
    assert!((many.explained_fraction - 0.25).abs() < 0.002);
    assert!((many.log_bayes_factor / some.log_bayes_factor - 10.0).abs() < 0.3);
}

#[test]
fn two_causes_have_their_joint_evidence() {
    // 400 × 400 Gauss–Legendre nodes on [0, 16]².
    let cases = [
        (
            Split { both: 1.0, only_a: 4.0, only_b: 4.0, neither: 1.0 },
            Split { both: 0.01, only_a: 0.24, only_b: 0.04, neither: 0.71 },
            [8.730516935338633, 0.3168017013591156, 0.46121313242682194],
        ),
        (
            Split { both: 15.0, only_a: 1.0, only_b: 1.0, neither: 23.0 },
            Split { both: 0.1, only_a: 0.02, only_b: 0.02, neither: 0.86 },
            [9.084527889486186, 0.1652579863953316, 0.16525798639533165],
        ),
    ];
    let fine = TwoCauseGrid::new(12, 2.0);
    let coarse = TwoCauseGrid::new(4, 2.0);
    for (events, shares, [log_bf, by_a, by_b]) in cases {
        let found = fine.evidence(events, shares);
        assert_close("ln BF", found.log_bayes_factor, log_bf, 1e-7);
        assert_close("by A", found.explained_by_a, by_a, 1e-6);
        assert_close("by B", found.explained_by_b, by_b, 1e-6);
        assert_close("coarse ln BF", coarse.evidence(events, shares).log_bayes_factor, log_bf, 1e-3);
    }
}

/// Strata of (a, b, T1, T0) with ratio, low, high, p greater, p two-sided.
///
/// British doctors and coronary deaths (Doll & Hill 1966, in Stata [R] ir); OpenEpi's example; Rothman,
/// *Epidemiology: An Introduction*, table 10-5; the others by mpmath.
#[test]
fn strata_are_compared_exactly() {
    type Case<'a> = (&'a [[f64; 4]], [f64; 5]);
    let cases: [Case; 6] = [
        // doll hill
        (
            &[
                [32.0, 2.0, 52407.0, 18790.0],
                [104.0, 12.0, 43248.0, 10673.0],
                [206.0, 28.0, 28612.0, 5710.0],
                [186.0, 28.0, 12663.0, 2585.0],
                [102.0, 31.0, 5317.0, 1462.0],
            ],
            [
                1.4255185428572523,
                1.1533179199439678,
                1.7773943321472356,
                0.000360716551029481,
                0.000721433102058962,
            ],
        ),
        // openepi
        (
            &[[17.0, 3.0, 100025.0, 122268.0], [8.0, 1.0, 78531.0, 77932.0]],
            [
                7.18513678112412,
                2.4790511836669573,
                28.423640905295624,
                1.1175399267027493e-05,
                2.2350798534054985e-05,
            ],
        ),
        // rothman 10 5
        (
            &[[196.0, 111.0, 62119.0, 15763.0], [167.0, 157.0, 6085.0, 2780.0]],
            [0.46795068540549856, 0.3978242651016531, 0.5509781630713411, 1.0, 1.6566840830573228e-19],
        ),
        // bios within model
        (
            &[[5.0, 1.0, 2190.0, 3285.0], [2.0, 1.0, 1460.0, 3650.0], [0.0, 1.0, 0.0, 4380.0]],
            [
                6.32507440410286,
                1.1894793391159486,
                62.98527491796672,
                0.013135860058309037,
                0.026271720116618075,
            ],
        ),
        // bios vanishes in model
        (
            &[[6.0, 2.0, 3650.0, 1095.0], [0.0, 1.0, 730.0, 4745.0], [0.0, 1.0, 365.0, 4380.0]],
            [0.8044823651841436, 0.15555400526669944, 5.565428175615261, 0.7635136478592162, 1.0],
        ),
        // backup by hour
        (
            &[
                [3.0, 1.0, 1200.0, 1800.0],
                [2.0, 0.0, 900.0, 2100.0],
                [1.0, 1.0, 300.0, 2700.0],
                [0.0, 2.0, 60.0, 8000.0],
            ],
            [
                8.156990396276267,
                1.3589581528009198,
                66.70128916271732,
                0.008683943953844923,
                0.017367887907689845,
            ],
        ),
    ];
    for (strata, [ratio, low, high, greater, two_sided]) in cases {
        let strata: Vec<Stratum> = strata
            .iter()
            .map(|[a, b, t1, t0]| Stratum {
                exposed_events: *a as u64,
                other_events: *b as u64,
                exposed_time: *t1,
                other_time: *t0,
            })
            .collect();
        let found = stratified::compare(&strata).expect("informative strata");
        assert_close("ratio", found.ratio, ratio, 1e-8);
        assert_close("low", found.low, low, 1e-8);
        assert_close("high", found.high, high, 1e-8);
        assert_close("p greater", found.p_greater, greater, 1e-8);
        assert_close("p two-sided", found.p_two_sided, two_sided, 1e-8);
    }
}

#[test]
fn strata_without_both_kinds_of_time_say_nothing() {
    let one_sided = Stratum { exposed_events: 3, other_events: 0, exposed_time: 10.0, other_time: 0.0 };
    assert!(stratified::compare(&[one_sided]).is_none());
    assert!(stratified::compare(&[]).is_none());
}

/// n, π, α, power, events needed (0: none suffices), smallest ratio; mpmath.
const POWER: [[f64; 6]; 7] = [
    [10.0, 0.3, 0.05, 0.8, 6.0, 4.805993954428733],
    [10.0, 0.3, 0.001, 0.8, 9.0, 25.691349723776185],
    [10.0, 0.5, 0.0005, 0.8, 0.0, 0.0],
    [40.0, 0.1, 0.0005, 0.8, 12.0, 4.876563857865191],
    [300.0, 0.05, 5e-05, 0.8, 33.0, 2.7016075118368637],
    [300.0, 0.5, 0.001, 0.8, 178.0, 1.599235528391349],
    [10.0, 0.03, 0.001, 0.8, 4.0, 30.28656894137194],
];

#[test]
fn what_could_have_been_seen_is_exact() {
    for [n, share, alpha, power, needed, ratio] in POWER {
        let found = minimum_detectable(n as u64, share, alpha, power);
        assert_eq!(found.events_needed.unwrap_or(0), needed as u64);
        assert_close("ratio", found.rate_ratio.unwrap_or(0.0), ratio, 1e-8);
    }
}

#[test]
fn quiet_time_until_sure_is_exact() {
    let days = clean_time_until_sure(10, 365.0, 0.05).expect("events");
    assert_close("days", days, 127.48823940085062, 1e-10);
    let days = clean_time_until_sure(3, 90.0, 0.05).expect("events");
    assert_close("days", days, 154.2975854935416, 1e-10);
    let days = clean_time_until_sure(1, 365.0, 0.05).expect("events");
    assert_close("days", days, 6935.0, 1e-10);
    let days = clean_time_until_sure(40, 365.0, 0.05).expect("events");
    assert_close("days", days, 28.38574126548419, 1e-10);
    assert!(clean_time_until_sure(0, 365.0, 0.05).is_none());
}

#[test]
fn hours_of_the_day_are_tested_as_by_zar() {
    // The published approximation; R circular::rayleigh.test gives the series value near it.
    let cases: [(&[f64], [f64; 3]); 4] = [
        (
            &[1.5, 2.2, 3.0, 2.5, 0.7, 4.1, 23.5, 13.0, 2.9, 1.1],
            [7.516389063279885, 2.0761842283113476, 0.0017703281110127513],
        ),
        (
            &[0.5, 3.1, 5.7, 8.2, 11.9, 14.0, 16.6, 19.3, 20.2, 22.8],
            [1.1493072587081843, 21.03014500489694, 0.8814563795873718],
        ),
        (
            &[2.1, 2.2, 2.0, 2.4, 14.0, 9.5, 2.3, 20.1, 2.6, 6.6, 2.2, 17.3],
            [5.358610315723147, 2.4054048436190323, 0.08948405603748864],
        ),
        (
            &[
                1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0, 9.0, 10.0, 11.0, 12.0, 2.5, 3.5, 2.8, 1.7, 3.3, 4.4,
                20.0, 15.0,
            ],
            [10.601796679600552, 4.942823285945454, 0.0027160359378531345],
        ),
    ];
    for (hours, [resultant, mean, p]) in cases {
        let found = rayleigh(hours).expect("events");
        assert_close("resultant", found.resultant, resultant, 1e-8);
        assert_close("mean hour", found.mean_hour, mean, 1e-8);
        assert_close("p", found.p, p, 1e-8);
    }
}

#[test]
fn bursts_have_the_evidence_of_common_shocks() {
    let found =
        common_cause_log_bayes_factor(17, &[Cluster { hit: 8, members: 20 }], 14965.0, 0.003472222222222222);
    assert_close("ln BF", found, 70.54125570714142, 1e-10);
    let found =
        common_cause_log_bayes_factor(10, &[Cluster { hit: 2, members: 20 }], 14965.0, 0.003472222222222222);
    assert_close("ln BF", found, 2.6392244000358294, 1e-10);
    let found = common_cause_log_bayes_factor(
        60,
        &[Cluster { hit: 6, members: 20 }, Cluster { hit: 9, members: 20 }],
        73000.0,
        0.006944444444444444,
    );
    assert_close("ln BF", found, 121.16065835443749, 1e-10);
}

#[test]
fn repeats_on_hosts_are_counted_exactly() {
    assert_close("distinct", repeats::expected_distinct(10, 41), 8.970865529245208, 1e-10);
    assert_close("some host", repeats::some_host_at_least(2, 10, 41), 0.6969121067780265, 1e-9);
    assert_close("some host", repeats::some_host_at_least(3, 10, 41), 0.0621382251284549, 1e-9);
    assert_close("some host", repeats::some_host_at_least(4, 10, 41), 0.0027075786939859655, 1e-9);
    assert_close("distinct", repeats::expected_distinct(40, 200), 36.335975795465124, 1e-10);
    assert_close("some host", repeats::some_host_at_least(2, 40, 200), 0.9847863797062437, 1e-9);
    assert_close("some host", repeats::some_host_at_least(3, 40, 200), 0.19739108974059225, 1e-9);
    assert_close("some host", repeats::some_host_at_least(4, 40, 200), 0.00986071788016611, 1e-9);
}

#[test]
fn explanations_separate_in_time() {
    let days =
        exposure_to_separate(0.0006682258603407952, 5.0, 2.995732273553991).expect("a ratio above one");
    assert_close("host-days", days, 1107.7102464578556, 1e-9);
    let days =
        exposure_to_separate(0.0006682258603407952, 20.0, 2.995732273553991).expect("a ratio above one");
    assert_close("host-days", days, 109.57233762522516, 1e-9);
    assert!(exposure_to_separate(0.1, 1.0, 3.0).is_none());
}

/// n1, T1, n2, T2, r, P(λ2/λ1 < r); mpmath.
#[test]
fn rates_before_and_after_have_their_posterior() {
    let cases = [
        [10.0, 365.0, 0.0, 120.0, 1.0, 0.9842649748709709],
        [10.0, 365.0, 0.0, 120.0, 0.2, 0.7468866295404271],
        [10.0, 365.0, 3.0, 100.0, 1.0, 0.4198830851422116],
        [10.0, 365.0, 2.0, 200.0, 0.5, 0.6344737561781092],
    ];
    for [n1, t1, n2, t2, ratio, expected] in cases {
        let found = probability_ratio_below(n1 as u64, t1, n2 as u64, t2, ratio);
        assert_close("probability", found, expected, 1e-9);
    }
}

#[test]
fn permutations_never_give_zero() {
    // Phipson & Smyth 2010.
    assert_close("none of 999", permutation_p(0, 999), 0.001, 1e-14);
    assert_close("12 of 9999", permutation_p(12, 9999), 0.0013, 1e-14);
    assert_close("max-T", max_t_p(2.5, &[0.0, 1.0, 2.0, 3.0]), 0.4, 1e-14);
    assert_close("ties count", max_t_p(3.0, &[0.0, 1.0, 2.0, 3.0]), 0.4, 1e-14);
    assert_close("no permutations", max_t_p(3.0, &[]), 1.0, 1e-14);
}

#[test]
fn posteriors_sum_to_one_and_weigh_prior_by_evidence() {
    // Four causes, the null, and the unexamined rest; closed form.
    let log_bf = [6.1, 3.9, 1.2, 5.5];
    let prior = [0.01, 0.05, 0.05, 0.002];
    let mut logs: Vec<f64> =
        log_bf.iter().zip(prior).map(|(bf, prior): (&f64, f64)| (0.5 * prior).ln() + bf).collect();
    logs.push(0.5_f64.ln());
    logs.push((0.5 * 0.888 * 0.7_f64).ln());
    let found = normalise(&logs);
    let expected = [
        0.48432847134258583,
        0.2683256215477982,
        0.018032960977331827,
        0.05316102015288869,
        0.10862846940021907,
    ];
    for (found, expected) in found.iter().zip(expected) {
        assert_close("posterior", *found, expected, 1e-12);
    }
    assert_close("sum", found.iter().sum(), 1.0, 1e-12);
}

#[test]
fn tails_of_the_binomial_are_exact() {
    // Two of three failures in a window that holds 0.58 percent of the uptime; mpmath.
    assert_close("P(X >= 2)", binomial::at_least(2, 3, 0.005796935085806114), 0.00010042376346258758, 1e-9);
    assert_close("P(X >= 0)", binomial::at_least(0, 3, 0.1), 1.0, 1e-14);
    assert_close("P(X <= 3)", binomial::at_most(3, 3, 0.1), 1.0, 1e-14);
}

#[test]
fn even_counts_have_no_excess_dispersion() {
    let even: Vec<(f64, f64)> = (0..40).map(|i| (f64::from(u8::from(i % 2 == 0)), 0.5)).collect();
    assert_close("even", excess_dispersion(&even, 1), 1.0, 1e-12);
    let one_host: Vec<(f64, f64)> = (0..40).map(|i| (if i == 0 { 20.0 } else { 0.0 }, 0.5)).collect();
    assert!(excess_dispersion(&one_host, 1) > 5.0);
    assert_close("no cells", excess_dispersion(&[], 1), 1.0, 1e-12);
}

#[test]
fn a_share_above_the_ordinary_is_evidence_and_one_below_is_not() {
    // All of one event, ordinary share one half: ∫ from ½ of θ dθ / ½, over ½, is 3/2.
    assert_close("closed form", excess_log_bayes_factor(1.0, 1.0, 0.5), 1.5_f64.ln(), 1e-9);
    assert!(excess_log_bayes_factor(9.0, 10.0, 0.25) > 5.0);
    assert!(excess_log_bayes_factor(1.0, 10.0, 0.25) < 0.0);
}

#[test]
fn a_daily_pattern_is_seen_where_there_is_one() {
    let pattern = DailyPattern::new(&[1.0; 24], 20);
    let hours = |seconds: &dyn Fn(i64) -> i64| {
        let mut hours = Hours::default();
        (0..20).for_each(|i| hours.add(seconds(i), 1.0));
        hours
    };
    let night = pattern.evidence(&hours(&|i| 2 * 3600 + i * 300));
    assert!(night.log_bayes_factor > 8.0 && night.explained_fraction > 0.6);
    assert!((1.0..5.0).contains(&night.peak_hour));
    let even = pattern.evidence(&hours(&|i| i * 4320));
    assert!(even.log_bayes_factor < 0.0);
}

#[test]
fn the_time_to_tell_two_explanations_apart_counts_hosts_of_both() {
    use coroner::stats::contrast::time_to_separate;
    let (rate, ratio) = (0.001, 6.0_f64);
    let raised = rate * (ratio * ratio.ln() - ratio + 1.0);
    let quiet = rate * (ratio - 1.0 - ratio.ln());
    let one = time_to_separate(rate, ratio, 1.0, 0.0, 20f64.ln()).unwrap();
    assert!((one - 20f64.ln() / quiet.min(raised)).abs() < 1e-9 * one);
    let both = time_to_separate(rate, ratio, 1.0, 1.0, 20f64.ln()).unwrap();
    assert!((both - 20f64.ln() / (quiet + raised)).abs() < 1e-9 * both);
    assert_eq!(time_to_separate(rate, 1.0, 1.0, 1.0, 3.0), None);
    assert_eq!(time_to_separate(rate, ratio, 0.0, 0.0, 3.0), None);
}
