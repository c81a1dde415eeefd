//! Candidates as the counterpart finds them: the product's members, and a plain score.

use std::collections::HashMap;

use chrono::NaiveDate;
use serde::Serialize;
use serde_json::{Value, json};

use super::views::Row;

/// A buddy who is available.
#[derive(Debug)]
pub struct Buddy<I> {
    pub id: I,
    pub first_name: String,
    pub specialisms: i64,
    pub channels: i64,
    pub municipalities: Value,
    pub capacity: i32,
    pub matches: i32,
}

/// A certificate of a buddy: its kind, when it was issued, when it ends.
pub type Certificate<I> = (I, String, NaiveDate, Option<NaiveDate>);

/// A tie of a buddy: its kind, and what it is about.
pub type Tie<I> = (I, String, Value);

/// Orders the buddies for a request and answers the best twenty: the same members as the product, with plain rules.
pub fn candidates<I, T>(
    request: &Row<I, T>,
    buddies: Vec<Buddy<I>>,
    certificates: Vec<Certificate<I>>,
    ties: Vec<Tie<I>>,
    proposed: &[I],
) -> Value
where
    I: Eq + std::hash::Hash + Ord + Serialize,
{
    let mut valid: HashMap<I, usize> = HashMap::new();
    for (buddy, ..) in certificates {
        *valid.entry(buddy).or_default() += 1;
    }
    let mut tied: HashMap<I, Vec<(String, Value)>> = HashMap::new();
    for (buddy, kind, about) in ties {
        tied.entry(buddy).or_default().push((kind, about));
    }
    let considered = buddies.len();
    let asked = request.topics.count_ones();
    let (mut able, mut excluded) = (Vec::new(), Vec::new());
    for one in buddies {
        let of_school = |(_, about): &&(String, Value)| {
            about["school"].as_str() == request.location_code.as_deref() && request.location_code.is_some()
        };
        let ties = tied.get(&one.id).map_or(0, |ties| ties.iter().filter(of_school).count());
        if valid.get(&one.id).is_none_or(|count| *count < 4) || ties > 0 || proposed.contains(&one.id) {
            excluded.push(json!({
                "buddyId": one.id, "firstName": one.first_name,
                "reasons": [{ "code": "not-independent", "reason": "Heeft een band met de school van het kind." }]
            }));
            continue;
        }
        let known = (request.topics & one.specialisms).count_ones();
        let near = one.municipalities.as_array().is_some_and(|codes| {
            codes.iter().any(|code| code.as_str() == request.municipality_code.as_deref())
        });
        let free = u32::try_from(one.capacity - one.matches).unwrap_or(0);
        let points = [
            50 * known / asked.max(1),
            if near { 20 } else { 10 },
            20 * free / u32::try_from(one.capacity).unwrap_or(1).max(1),
            if one.channels & request.channels == request.channels { 10 } else { 5 },
        ];
        able.push((points, known, one));
    }
    able.sort_unstable_by(|(a, _, x), (b, _, y)| {
        b.iter().sum::<u32>().cmp(&a.iter().sum()).then(x.matches.cmp(&y.matches)).then(x.id.cmp(&y.id))
    });
    let best: Vec<Value> = able
        .into_iter()
        .take(20)
        .map(|([topics, near, room, channel], known, one)| {
            json!({
                "buddyId": one.id, "firstName": one.first_name, "score": topics + near + room + channel,
                "criteria": [
                    { "criterion": "topics", "points": topics, "most": 50,
                      "reason": format!("Weet van {known} van de {asked} onderwerpen: gesprekken met school.") },
                    { "criterion": "nearness", "points": near, "most": 20, "reason": "Komt in deze gemeente." },
                    { "criterion": "room", "points": room, "most": 20,
                      "reason": format!("Ruimte voor nog {} van {} ouders.", one.capacity - one.matches, one.capacity) },
                    { "criterion": "wished-channel", "points": channel, "most": 10,
                      "reason": "Kan op de gewenste manier." },
                ],
                "tiesToAccept": 0, "runningMatches": one.matches
            })
        })
        .collect();
    json!({
        "requestId": request.id, "rulesVersion": "2026-1", "considered": considered, "candidates": best,
        "excluded": excluded.into_iter().take(100).collect::<Vec<_>>()
    })
}
