//! Names of months in the languages that servers are run in, as the C library's locales and people
//! abbreviate them.
//!
//! Where two languages give one word to different months (`lis`, `lip`, `srp`), the language with
//! more speakers has it: Croatian loses to Polish and Czech.

use std::collections::HashMap;
use std::sync::LazyLock;

/// Words by month, January first, lower case, without the dot of an abbreviation, a blank between them.
const NAMES: [&str; 12] = [
    "ene enero gen gennaio gener janeiro januari janvāris sty stycznia led ledna янв января \
     январь січ січня oca ocak tammi tammikuuta ian ianuarie január ιαν ιανουαρίου яну",
    "febrero febbraio febrer fev fevereiro februari feber febr február lut lutego úno února фев \
     февр февраля февраль лют лютого şub şubat helmi helmikuuta februarie φεβ φεβρουαρίου",
    "marzo março març mrt maart marca bře března мар марта март бер березня mart maalis \
     maaliskuuta martie márc március μαρ μαρτίου marts",
    "abr abril aprile kwi kwietnia dub dubna апр апреля апрель кві квітня nis nisan huhti \
     huhtikuuta aprilie ápr április απρ απριλίου",
    "mayo mag maggio maig maio mei maj maja kvě května май мая тра травня mayıs touko toukokuuta \
     máj május μαϊ μαΐ μαΐου",
    "junio giu giugno juny junho cze czerwca čen června июн июня июнь чер червня haz haziran kesä \
     kesäkuuta iun iunie jún június ιουν ιουνίου юни",
    "julio lug luglio juliol julho lip lipca čec července июл июля июль лип липня tem temmuz \
     heinä heinäkuuta iul iulie júl július ιουλ ιουλίου юли",
    "ago agosto agost augustus augusti sie sierpnia srp srpna авг августа август сер серпня ağu \
     ağustos elo elokuuta augusztus αυγ αυγούστου",
    "septiembre set settembre setembre setembro wrz września zář září сен сент сентября сентябрь \
     вер вересня eyl eylül syys syyskuuta septembrie szept szeptember σεπ σεπτεμβρίου",
    "octubre ott ottobre octubre out outubro paź października říj října окт октября октябрь жов \
     жовтня eki ekim loka lokakuuta octombrie október οκτ οκτωβρίου",
    "noviembre novembro novembre lis listopada ноя нояб ноября ноябрь лис листопада kas kasım \
     marras marraskuuta noi noiembrie νοε νοεμβρίου ное",
    "dic diciembre dicembre des desembre dezembro desember gru grudnia pro prosince дек декабря \
     декабрь гру грудня ara aralık joulu joulukuuta decembrie δεκ δεκεμβρίου",
];

/// The month, 1 to 12, that a lower-case word names in one of these languages; also the numbered
/// months of Chinese, Japanese and Korean (`3月`, `3월`).
#[must_use]
pub fn month_named(lower: &str) -> Option<u32> {
    if let Some(number) = lower.strip_suffix(['月', '월']) {
        return number.parse().ok().filter(|month| (1..=12).contains(month));
    }
    BY_NAME.get(lower).copied()
}

/// Every word is asked for that could be a month, so the list is not searched from front to back.
static BY_NAME: LazyLock<HashMap<&str, u32>> = LazyLock::new(|| {
    let months = (1..).zip(NAMES);
    months.flat_map(|(month, names)| names.split(' ').map(move |name| (name, month))).collect()
});

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_word_names_two_months() {
        let mut seen = std::collections::BTreeMap::new();
        for (month, names) in NAMES.iter().enumerate() {
            for name in names.split(' ') {
                assert_eq!(name, name.to_lowercase());
                assert_eq!(*seen.entry(name).or_insert(month), month, "{name}");
            }
        }
    }

    #[test]
    fn words_of_many_languages_are_known() {
        let words =
            ["ene", "fev", "marzo", "апр", "kvě", "haziran", "lug", "août", "wrz", "ott", "ноя", "grudnia"];
        let months: Vec<u32> = words.into_iter().filter_map(crate::ingest::written_time::month_of).collect();
        assert_eq!(months, (1..=12).collect::<Vec<_>>());
        assert_eq!(month_named(""), None);
    }

    #[test]
    fn numbered_months_end_at_twelve() {
        assert_eq!((month_named("3月"), month_named("12월"), month_named("13月")), (Some(3), Some(12), None));
    }
}
