//! How people live: a building, its dwellings, and who is there. Everything here is latent: the tables show only what
//! `behaviour` lets them show.

use rand::Rng;
use rand::seq::IndexedRandom;

use crate::Settings;
use crate::address::Address;

/// How a dwelling is really lived in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Life {
    Vacant,
    Family,
    /// Many people, one family, much room.
    LargeFamily,
    /// Relatives stay for some weeks.
    Relatives,
    /// Let by the bed to people who do not know each other.
    GroupRental,
    /// The owners live there, and let rooms to people whom nobody registered.
    HiddenGuests,
    /// An employer's registered dormitory.
    Dormitory,
    /// A shop on the ground floor.
    Shop,
}

impl Life {
    /// Its name in the truth, and whether it is a decoy; an ordinary life is not listed.
    pub(crate) fn truth(self) -> Option<(&'static str, bool)> {
        match self {
            Life::GroupRental => Some(("group_rental", false)),
            Life::HiddenGuests => Some(("hidden_guests", false)),
            Life::LargeFamily => Some(("large_family", true)),
            Life::Relatives => Some(("relatives", true)),
            Life::Dormitory => Some(("dormitory", true)),
            Life::Shop => Some(("shop", true)),
            Life::Vacant | Life::Family => None,
        }
    }
}

/// A person's entry in the register of residents; days count from the first observed one.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Registration {
    pub(crate) since: i64,
    pub(crate) until: Option<i64>,
    /// The day on which it was entered.
    pub(crate) recorded: i64,
}

/// What somebody does besides coming home.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Travel {
    /// Stays in the city.
    Never,
    /// Goes to another city now and then, at the pace of a train.
    Sometimes,
    /// A second person in another city uses the same identity card.
    SharedIdentity,
}

/// A person in a dwelling.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Occupant {
    pub(crate) person: String,
    pub(crate) household: String,
    pub(crate) registration: Option<Registration>,
    /// Days on which the person is there, counted from the first observed one, half-open.
    pub(crate) present: (i64, i64),
    /// Minute of the day at which the person usually comes home; staff of a shop: comes to work.
    pub(crate) comes: i64,
    /// Probability of coming on a given day.
    pub(crate) regularity: f64,
    /// Mean number of further entries a day.
    pub(crate) errands: f64,
    pub(crate) travel: Travel,
}

/// A dwelling, or a shop.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Dwelling {
    pub(crate) room: u32,
    pub(crate) area: f64,
    pub(crate) usage: &'static str,
    pub(crate) life: Life,
    pub(crate) leaking: bool,
    pub(crate) power_metered: bool,
    pub(crate) occupants: Vec<Occupant>,
}

/// A building.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Building {
    pub(crate) index: u64,
    pub(crate) address: Address,
    /// Longitude and latitude in GCJ-02, as the mapping department has them.
    pub(crate) place: (f64, f64),
    /// Its entrances read cards.
    pub(crate) controlled: bool,
    pub(crate) dwellings: Vec<Dwelling>,
}

/// The day before which the register was typed in once, when the platform began.
const REGISTER_IMPORTED: i64 = -20;

impl Building {
    /// Draws a building and everyone in it. Sizes are heavy-tailed: most buildings are small, a few hold hundreds.
    pub(crate) fn draw(index: u64, settings: &Settings, random: &mut impl Rng) -> Self {
        let units = (8.0 * random.random_range(0.01_f64..1.0).powf(-0.6)).min(160.0) as u32;
        let per_floor = if units > 40 { 4 } else { 2 };
        let place = (120.869 + random.random_range(-0.06..0.06), 31.979 + random.random_range(-0.04..0.04));
        let controlled = random.random_bool(0.75);
        let mut people = People { building: index, next: 0 };
        let dwellings = (0..units)
            .map(|unit| {
                let room = (unit / per_floor + 1) * 100 + unit % per_floor + 1;
                Dwelling::draw(room, unit < per_floor, i64::from(settings.days), &mut people, random)
            })
            .collect();
        Building { index, address: Address::draw(index, settings.seed), place, controlled, dwellings }
    }
}

/// Hands out identities, which stay the same whatever else the city holds.
struct People {
    building: u64,
    next: u32,
}

impl People {
    fn next(&mut self) -> String {
        self.next += 1;
        format!("R{:06}{:04}", self.building, self.next)
    }
}

impl Dwelling {
    fn draw(room: u32, ground_floor: bool, days: i64, people: &mut People, random: &mut impl Rng) -> Self {
        let life = Self::draw_life(ground_floor, random);
        let (area, usage) = match life {
            Life::Shop => (random.random_range(30.0..160.0), "商业"),
            Life::Dormitory => (random.random_range(120.0..260.0), "集体宿舍"),
            Life::LargeFamily => (random.random_range(125.0..190.0), "住宅"),
            Life::GroupRental => (random.random_range(38.0..95.0), "住宅"),
            _ => (random.random_range(45.0..150.0), "住宅"),
        };
        let occupants = Self::draw_occupants(life, room, days, people, random);
        Dwelling {
            room,
            area: (area * 10.0_f64).round() / 10.0,
            usage,
            life,
            leaking: random.random_bool(0.005),
            power_metered: random.random_bool(0.03),
            occupants,
        }
    }

    fn draw_life(ground_floor: bool, random: &mut impl Rng) -> Life {
        if ground_floor && random.random_bool(0.25) {
            return Life::Shop;
        }
        let share = random.random_range(0.0..1.0);
        let shares = [
            (0.07, Life::Vacant),
            (0.015, Life::GroupRental),
            (0.012, Life::HiddenGuests),
            (0.012, Life::LargeFamily),
            (0.015, Life::Relatives),
            (0.005, Life::Dormitory),
        ];
        let mut below = 0.0;
        for (part, life) in shares {
            below += part;
            if share < below {
                return life;
            }
        }
        Life::Family
    }

    fn draw_occupants(life: Life, room: u32, days: i64, people: &mut People, random: &mut impl Rng) -> Vec<Occupant> {
        let mut all = Vec::new();
        let family = format!("H{:06}{room}", people.building);
        match life {
            Life::Vacant => {}
            Life::Family | Life::LargeFamily | Life::Relatives | Life::HiddenGuests => {
                let members = match life {
                    Life::LargeFamily => random.random_range(6..=8),
                    Life::HiddenGuests => random.random_range(1..=2),
                    _ => *[1, 2, 2, 3, 3, 3, 4, 4, 5].choose(random).unwrap_or(&3),
                };
                // Some families moved in or out while the city was observed.
                let moves = random.random_range(0.0..1.0);
                let present = if moves < 0.01 {
                    (random.random_range(0..days), i64::MAX)
                } else if moves < 0.02 {
                    (i64::MIN, random.random_range(0..days))
                } else {
                    (i64::MIN, i64::MAX)
                };
                for _ in 0..members {
                    let mut occupant = Occupant::draw(people.next(), family.clone(), present, random);
                    occupant.registration = random.random_bool(0.96).then(|| Registration::draw(present, random));
                    all.push(occupant);
                }
                match life {
                    Life::Relatives => {
                        let from = random.random_range(-10..days.max(2) - 1);
                        let stay = (from, from + random.random_range(14..40));
                        for _ in 0..random.random_range(1..=2) {
                            all.push(Occupant::draw(people.next(), family.clone(), stay, random));
                        }
                    }
                    Life::HiddenGuests => {
                        for _ in 0..random.random_range(3..=6) {
                            let stay = Self::draw_stay(days, random);
                            let mut guest = Occupant::draw(people.next(), String::new(), stay, random);
                            guest.regularity = random.random_range(0.8..0.98);
                            all.push(guest);
                        }
                    }
                    _ => {}
                }
            }
            Life::GroupRental => {
                for bed in 0..random.random_range(6..=14) {
                    let stay = Self::draw_stay(days, random);
                    let household = format!("{family}-{bed}");
                    let mut tenant = Occupant::draw(people.next(), household, stay, random);
                    tenant.registration = random.random_bool(0.7).then(|| Registration::draw(stay, random));
                    all.push(tenant);
                }
            }
            Life::Dormitory => {
                for _ in 0..random.random_range(8..=18) {
                    let stay = Self::draw_stay(days, random);
                    let mut worker = Occupant::draw(people.next(), family.clone(), stay, random);
                    worker.registration = Some(Registration::draw(stay, random));
                    all.push(worker);
                }
            }
            Life::Shop => {
                for _ in 0..random.random_range(2..=9) {
                    let mut seller = Occupant::draw(people.next(), String::new(), (i64::MIN, i64::MAX), random);
                    seller.comes = random.random_range(7 * 60..10 * 60);
                    seller.travel = Travel::Never;
                    all.push(seller);
                }
            }
        }
        all
    }

    /// Most beds are taken all along, some change hands.
    fn draw_stay(days: i64, random: &mut impl Rng) -> (i64, i64) {
        if random.random_bool(0.8) {
            return (random.random_range(-300..-30), i64::MAX);
        }
        let from = random.random_range(-30..days);
        (from, from + random.random_range(20..120))
    }
}

impl Occupant {
    fn draw(person: String, household: String, present: (i64, i64), random: &mut impl Rng) -> Self {
        let share = random.random_range(0.0..1.0);
        Occupant {
            person,
            household,
            registration: None,
            present,
            // One in twenty works at night and comes home in the morning.
            comes: if random.random_bool(0.05) {
                random.random_range(6 * 60..9 * 60)
            } else {
                random.random_range(17 * 60..22 * 60)
            },
            regularity: random.random_range(0.6..0.97),
            // A few people come and go all day: the tail is long.
            errands: (0.25 / random.random_range(0.03_f64..1.0)).min(6.0),
            travel: if share < 0.004 {
                Travel::SharedIdentity
            } else if share < 0.05 {
                Travel::Sometimes
            } else {
                Travel::Never
            },
        }
    }
}

impl Registration {
    /// Entered some days after the event; all that is older than the platform was entered when it began.
    fn draw(present: (i64, i64), random: &mut impl Rng) -> Self {
        let since = if present.0 < -4000 { random.random_range(-4000..-60) } else { present.0 };
        let late = if random.random_bool(0.8) { random.random_range(0..4) } else { random.random_range(4..40) };
        // An end is entered when it has come, and only half of those who leave say so.
        let until = (present.1 < 4000 && random.random_bool(0.5)).then_some(present.1);
        Registration { since, until, recorded: (since + late).max(REGISTER_IMPORTED) }
    }
}
