//! What a building's people do, and which rows that leaves behind: late, twice, wrong and corrected, or not at all.

use chrono::{DateTime, NaiveTime};
use rand::Rng;
use rand::seq::IndexedRandom;

use crate::building::{Building, Dwelling, Life, Occupant, Travel};
use crate::tables::{Cell, Stay, Tables};
use crate::{Error, Settings};

const MINUTE: i64 = 60;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;

/// Other cities: name, a hotel's address there, its place in WGS-84, and hours on the way by train.
const CITIES: [(&str, &str, (f64, f64), i64); 7] = [
    ("SH", "上海市黄浦区西藏中路180号", (121.4737, 31.2304), 2),
    ("SZ", "江苏省苏州市姑苏区人民路200号", (120.6196, 31.3022), 2),
    ("NJ", "江苏省南京市秦淮区中山东路90号", (118.7969, 32.0433), 3),
    ("BJ", "北京市东城区东直门内大街60号", (116.4204, 39.9405), 6),
    ("XA", "陕西省西安市碑林区南大街30号", (108.9430, 34.2557), 8),
    ("GZ", "广东省广州市越秀区环市东路270号", (113.2850, 23.1376), 9),
    ("CD", "四川省成都市锦江区红星路120号", (104.0817, 30.6586), 12),
];

/// The span in which the platform got nothing from any entrance: more than a day, once.
fn outage(settings: &Settings) -> std::ops::Range<i64> {
    let begin = i64::from(settings.days) * 4 / 9 * DAY + 6 * HOUR;
    begin..begin + 32 * HOUR
}

/// Lets a building's people live through the observed span.
pub(crate) fn live(
    building: &Building,
    settings: &Settings,
    random: &mut impl Rng,
    tables: &mut Tables,
) -> Result<(), Error> {
    let start = settings.start.and_time(NaiveTime::MIN).and_utc().timestamp();
    let mut observer = Observer { building, settings, start, serial: 0, stays: 0, random, tables };
    for dwelling in &building.dwellings {
        observer.register(dwelling)?;
        observer.plant(dwelling)?;
        let address = building.address.written(dwelling.room, observer.random);
        let mut heads = vec![0_u32; settings.days as usize];
        for occupant in &dwelling.occupants {
            observer.follow(dwelling, occupant, &address, &mut heads)?;
        }
        observer.meter(dwelling, &heads)?;
    }
    Ok(())
}

/// Writes down what the departments see.
struct Observer<'a, R> {
    building: &'a Building,
    settings: &'a Settings,
    /// Midnight of the first observed day, in seconds of the wall clock.
    start: i64,
    serial: i64,
    stays: u32,
    random: &'a mut R,
    tables: &'a mut Tables,
}

impl<R: Rng> Observer<'_, R> {
    fn days(&self) -> i64 {
        i64::from(self.settings.days)
    }

    /// A day, counted from the first observed one, in this format.
    fn date(&self, day: i64, format: &str) -> String {
        DateTime::from_timestamp(self.start + day * DAY, 0)
            .map(|date| date.format(format).to_string())
            .unwrap_or_default()
    }

    /// The land registry's row and the residents' rows of a dwelling.
    fn register(&mut self, dwelling: &Dwelling) -> Result<(), Error> {
        let jitter = (self.random.random_range(-0.0002..0.0002), self.random.random_range(-0.0002..0.0002));
        // An area that was never measured is written in words.
        let area = if self.random.random_bool(0.004) { "不详".to_owned() } else { format!("{:.1}", dwelling.area) };
        self.tables.dwellings.push([
            self.building.address.registered(dwelling.room).into(),
            area.into(),
            dwelling.usage.into(),
            Cell::Number(((self.building.place.0 + jitter.0) * 1e6).round() / 1e6),
            Cell::Number(((self.building.place.1 + jitter.1) * 1e6).round() / 1e6),
            self.building.address.subdistrict.into(),
        ])?;
        for occupant in &dwelling.occupants {
            let Some(registration) = &occupant.registration else { continue };
            if registration.since >= self.days() {
                continue;
            }
            // A date that is no date: a slip of the clerk's.
            let slip = self.random.random_bool(0.002);
            let since = if slip { "20240230".to_owned() } else { self.date(registration.since, "%Y%m%d") };
            let office_hour = self.random.random_range(9 * HOUR..17 * HOUR);
            let address = self.building.address.written(dwelling.room, self.random);
            let recorded = self.start + registration.recorded * DAY + office_hour;
            let row = |until: Option<String>, recorded: i64| {
                [
                    occupant.person.as_str().into(),
                    address.as_str().into(),
                    occupant.household.as_str().into(),
                    since.as_str().into(),
                    until.into(),
                    Cell::Time(recorded),
                ]
            };
            self.tables.residents.push(row(None, recorded))?;
            // The end of a registration comes as a corrected row, some days after it.
            if let Some(until) = registration.until.filter(|until| *until < self.days()) {
                let noticed =
                    (self.start + until * DAY + office_hour).max(recorded) + self.random.random_range(0..5) * DAY;
                let until = self.date(until, "%Y%m%d");
                self.tables.residents.push(row(Some(until), noticed + MINUTE))?;
            }
        }
        Ok(())
    }

    /// The truth about a dwelling and about those who share an identity.
    fn plant(&mut self, dwelling: &Dwelling) -> Result<(), Error> {
        let key = self.building.address.registered(dwelling.room);
        let mut truths = Vec::new();
        if let Some((what, decoy)) = dwelling.life.truth() {
            truths.push((what, "Dwelling", key.clone(), decoy));
        }
        if dwelling.leaking {
            truths.push(("leak", "Dwelling", key, true));
        }
        for occupant in &dwelling.occupants {
            match occupant.travel {
                Travel::SharedIdentity => truths.push(("shared_identity", "Person", occupant.person.clone(), false)),
                Travel::Sometimes => truths.push(("traveller", "Person", occupant.person.clone(), true)),
                Travel::Never => {}
            }
        }
        let (since, until) = (self.date(0, "%Y-%m-%d"), self.date(self.days(), "%Y-%m-%d"));
        for (what, about, key, decoy) in truths {
            self.tables.truth.push([
                what.into(),
                about.into(),
                key.into(),
                since.as_str().into(),
                until.as_str().into(),
                Cell::Flag(decoy),
                Cell::Flag(self.building.controlled),
            ])?;
        }
        Ok(())
    }

    /// A person's days: coming home, errands, journeys; counts who was there each day.
    fn follow(
        &mut self,
        dwelling: &Dwelling,
        occupant: &Occupant,
        address: &str,
        heads: &mut [u32],
    ) -> Result<(), Error> {
        let from = occupant.present.0.max(0);
        let until = occupant.present.1.min(self.days());
        let mut away_until = from;
        let mut day = from;
        while day < until {
            if occupant.travel == Travel::Sometimes && day >= away_until && self.random.random_bool(0.04) {
                let nights = self.random.random_range(1..=4);
                let (back, there) = self.journey(occupant, day, nights)?;
                // The way back ends in the evening of the last day.
                if back < until {
                    self.enter(occupant, address, self.start + back * DAY + 19 * HOUR + there * 20 * MINUTE)?;
                }
                away_until = back + 1;
                day = away_until;
                continue;
            }
            if occupant.travel == Travel::SharedIdentity && self.random.random_bool(0.15) {
                self.elsewhere(occupant, day)?;
            }
            if self.random.random_bool(occupant.regularity) {
                heads[day as usize] += 1;
                let minute = occupant.comes + self.random.random_range(-60..90);
                let second = minute * MINUTE + self.random.random_range(0..60);
                self.enter(occupant, address, self.start + day * DAY + second)?;
            }
            let errands = (self.random.random_range(0.0..2.0) * occupant.errands) as u32;
            for _ in 0..errands {
                let second = self.random.random_range(9 * HOUR..17 * HOUR);
                self.enter(occupant, address, self.start + day * DAY + second)?;
            }
            day += 1;
        }
        if dwelling.life == Life::Family && self.random.random_bool(0.3) {
            self.visitors(address)?;
        }
        Ok(())
    }

    /// People without a card of the building: the door is opened for them, and the reading names nobody.
    fn visitors(&mut self, address: &str) -> Result<(), Error> {
        for _ in 0..self.random.random_range(1..6) {
            let time = self.start
                + self.random.random_range(0..self.days()) * DAY
                + self.random.random_range(9 * HOUR..21 * HOUR);
            self.read_card("", address, time)?;
        }
        Ok(())
    }

    fn enter(&mut self, occupant: &Occupant, address: &str, time: i64) -> Result<(), Error> {
        self.read_card(&occupant.person, address, time)
    }

    /// One reading at an entrance, and what becomes of it on the way to the platform.
    fn read_card(&mut self, card: &str, address: &str, time: i64) -> Result<(), Error> {
        if !self.building.controlled || outage(self.settings).contains(&(time - self.start)) {
            return Ok(());
        }
        self.serial += 1;
        let entrances = 1 + self.building.dwellings.len() as i64 / 40;
        let device = format!("D{:06}-{}", self.building.index, self.serial % entrances + 1);
        let lag = match self.random.random_range(0..100) {
            0..92 => self.random.random_range(1..120),
            92..98 => self.random.random_range(2 * MINUTE..6 * HOUR),
            _ => self.random.random_range(6 * HOUR..3 * DAY),
        };
        let card = match card {
            "" if self.random.random_bool(0.5) => Cell::Missing,
            "" => "-".into(),
            person => person.into(),
        };
        // Three readings of a thousand are first sent with a clock that is hours slow, and set right later.
        let slow = if self.random.random_bool(0.003) { self.random.random_range(HOUR..9 * HOUR) } else { 0 };
        let row = |time: i64, recorded: i64| {
            [
                device.as_str().into(),
                Cell::Whole(self.serial),
                card.clone(),
                address.into(),
                Cell::Time(time),
                Cell::Time(recorded),
            ]
        };
        self.tables.access.push(row(time - slow, time + lag))?;
        if slow > 0 {
            self.tables.access.push(row(time, time + lag + self.random.random_range(DAY..5 * DAY)))?;
        } else if self.random.random_bool(0.01) {
            self.tables.access.push(row(time, time + lag))?;
        }
        Ok(())
    }

    /// Some nights in another city, reached by train. Gives the day of coming back and the hours on the way.
    fn journey(&mut self, occupant: &Occupant, day: i64, nights: i64) -> Result<(i64, i64), Error> {
        let city = *CITIES.choose(self.random).unwrap_or(&CITIES[0]);
        let arrival = self.start + day * DAY + self.random.random_range(10 * HOUR..12 * HOUR) + city.3 * HOUR;
        self.check_in(occupant, city, arrival)?;
        Ok((day + nights, city.3))
    }

    /// The other user of an identity takes a room in another city while the person lives on at home.
    fn elsewhere(&mut self, occupant: &Occupant, day: i64) -> Result<(), Error> {
        let city = *CITIES.choose(self.random).unwrap_or(&CITIES[0]);
        let evening = self.start + day * DAY + self.random.random_range(17 * HOUR..23 * HOUR);
        self.check_in(occupant, city, evening)
    }

    fn check_in(
        &mut self,
        occupant: &Occupant,
        (code, address, place, _): (&str, &str, (f64, f64), i64),
        time: i64,
    ) -> Result<(), Error> {
        self.stays += 1;
        let hotel = format!("{code}{:02}", self.random.random_range(1..20));
        let stay = format!("{}-{}", self.building.index, self.stays);
        let address = format!("{address}{}{:02}室", self.random.random_range(2..20), self.random.random_range(1..30));
        let recorded = time + self.random.random_range(MINUTE..30 * MINUTE);
        let row = |time, recorded| Stay {
            hotel: &hotel,
            stay: stay.clone(),
            person: &occupant.person,
            address: &address,
            place,
            time,
            recorded,
        };
        // One in twenty is typed with a wrong hour, and corrected when the guest leaves.
        if self.random.random_bool(0.05) {
            self.tables.push_stay(&row(time - self.random.random_range(9..14) * HOUR, recorded))?;
            self.tables.push_stay(&row(time, recorded + self.random.random_range(8 * HOUR..DAY)))
        } else {
            self.tables.push_stay(&row(time, recorded))
        }
    }

    /// Water for every dwelling, power for those with a meter that reports it.
    fn meter(&mut self, dwelling: &Dwelling, heads: &[u32]) -> Result<(), Error> {
        let address = self.building.address.written(dwelling.room, self.random);
        for (day, heads) in heads.iter().enumerate() {
            // One report in a hundred never comes.
            if self.random.random_bool(0.99) {
                let people = f64::from(*heads) * self.random.random_range(0.07..0.17);
                let volume = people + if dwelling.leaking { self.random.random_range(0.9..1.1) } else { 0.0 };
                self.tables.water.push([
                    address.as_str().into(),
                    self.date(day as i64, "%Y-%m-%d").into(),
                    Cell::Number((volume * 1000.0).round() / 1000.0),
                ])?;
            }
            if !dwelling.power_metered {
                continue;
            }
            for quarter in 0..96 {
                let evening = (72..92).contains(&quarter);
                let load =
                    80.0 + f64::from(*heads) * if evening { 260.0 } else { 45.0 } * self.random.random_range(0.3..1.7);
                self.tables.power.push([
                    address.as_str().into(),
                    Cell::Time(self.start + day as i64 * DAY + quarter * 15 * MINUTE),
                    Cell::Number(load.round()),
                ])?;
            }
        }
        Ok(())
    }
}
