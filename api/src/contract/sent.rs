//! A body as it was sent, for a caller whose right is known first: what its schema finds, what it names that is not there,
//! and what its members say together come in one list, also when the schema found faults. A rule looks only at members that
//! are there and read; a member with a fault has that fault, and no second one.

use std::future::Future;
use std::pin::Pin;

use actix_web::{FromRequest, HttpRequest, dev};
use naast_domain::text::Text;
use serde::de::DeserializeOwned;
use serde_json::Value;
use utoipa::ToSchema;

use super::CONTRACT;
use super::body::{Arrived, arrive};
use super::head::beside;
use super::references::Reference;
use crate::call;
use crate::problem::{Error, InputFault};

/// A body that is not known to be sound.
#[derive(Debug)]
pub struct Sent<T> {
    value: Value,
    found: Vec<InputFault>,
    body: Option<T>,
    names: &'static [(String, Reference)],
}

impl<T: DeserializeOwned + ToSchema + 'static> FromRequest for Sent<T> {
    type Error = Error;
    type Future = Pin<Box<dyn Future<Output = Result<Self, Error>>>>;

    fn from_request(request: &HttpRequest, payload: &mut dev::Payload) -> Self::Future {
        let arriving = arrive::<T>(request, payload.take());
        Box::pin(async move {
            // what is wrong with how the call names itself waited for what is wrong with the rest
            let named = call::current().map(|call| call.found.clone()).unwrap_or_default();
            let arrived = arriving.await.map_err(|refusal| beside(named.clone(), refusal))?;
            let Arrived { value, found, body } = arrived;
            let found = named.into_iter().chain(found).collect();
            Ok(Self { value, found, body, names: CONTRACT.names_of(&T::name()) })
        })
    }
}

impl<T: Clone> Sent<T> {
    /// Begins to look for what the schema does not find.
    pub fn check(&self) -> Check<'_> {
        let open = self.names.iter().collect();
        Check { value: &self.value, faults: self.found.clone(), open, inside: String::new() }
    }

    /// The body, when nothing is wrong with it.
    ///
    /// # Errors
    /// [`Error::Input`] with everything that is wrong.
    pub fn sound(&self, check: Check<'_>) -> Result<T, Error> {
        if let Some((pointer, _)) = check.open.first() {
            log::error!(member = pointer.as_str(); "a member names something that its handler does not look up");
            return Err(Error::Internal("a member names something that was not looked up"));
        }
        if !check.faults.is_empty() {
            return Err(Error::Input(check.faults));
        }
        self.body.clone().ok_or(Error::Internal("a body without a fault reads"))
    }
}

/// The search for faults in a body.
#[derive(Debug)]
pub struct Check<'a> {
    value: &'a Value,
    faults: Vec<InputFault>,
    /// What the body names and nobody looked up yet.
    open: Vec<&'a (String, Reference)>,
    inside: String,
}

impl Check<'_> {
    /// The member at a JSON pointer, when it is there, reads, and has no fault.
    pub fn get<V: DeserializeOwned>(&self, pointer: &str) -> Option<V> {
        let pointer = format!("{}{pointer}", self.inside);
        self.at(&pointer)
    }

    fn at<V: DeserializeOwned>(&self, pointer: &str) -> Option<V> {
        let member = self.value.pointer(pointer).filter(|member| !member.is_null())?;
        let is_faulty = self.faults.iter().any(|fault| fault.is_within(pointer));
        (!is_faulty).then(|| V::deserialize(member).ok()).flatten()
    }

    /// How many items stand in the list at a JSON pointer; none where there is no list.
    pub fn length(&self, pointer: &str) -> usize {
        let list = self.value.pointer(&format!("{}{pointer}", self.inside));
        list.and_then(Value::as_array).map_or(0, Vec::len)
    }

    /// Refuses a call of which a header cannot be read, before anything is answered that does not wait for the rest of the body.
    ///
    /// # Errors
    /// [`Error::Input`] with everything that is wrong so far.
    pub fn heads(&self) -> Result<(), Error> {
        if self.faults.iter().any(InputFault::is_in_header) {
            return Err(Error::Input(self.faults.clone()));
        }
        Ok(())
    }

    /// Whether something stands at a JSON pointer, right or wrong.
    pub fn has(&self, pointer: &str) -> bool {
        let member = self.value.pointer(&format!("{}{pointer}", self.inside));
        member.is_some_and(|member| !member.is_null())
    }

    /// Adds a fault.
    pub fn fault(&mut self, pointer: &str, code: &'static str, detail: Text) {
        self.faults.push(InputFault::body(format!("{}{pointer}", self.inside), code, detail));
    }

    /// Adds a fault of a member that is there, and has none yet.
    pub fn fault_where_sound(&mut self, pointer: &str, code: &'static str, detail: Text) {
        if self.get::<Value>(pointer).is_some() {
            self.fault(pointer, code, detail);
        }
    }

    /// Looks up what a member names. What is not there is a fault.
    ///
    /// # Errors
    /// What the look-up says; [`Error::Internal`] for a member of which the contract does not say that it names something.
    pub fn refers<V: DeserializeOwned>(
        &mut self,
        pointer: &str,
        mut is_there: impl FnMut(V) -> Result<bool, Error>,
    ) -> Result<(), Error> {
        self.refers_each(pointer, |named| {
            let mut there = Vec::with_capacity(named.len());
            for one in named {
                there.push(is_there(one)?);
            }
            Ok(there)
        })
    }

    /// Looks up everything that a list names, together; `*` in the pointer is any place of the list. `are_there` says of each in
    /// its turn whether it is there.
    ///
    /// # Errors
    /// As [`Self::refers`].
    pub fn refers_each<V: DeserializeOwned>(
        &mut self,
        pointer: &str,
        are_there: impl FnOnce(Vec<V>) -> Result<Vec<bool>, Error>,
    ) -> Result<(), Error> {
        let pattern = format!("{}{pointer}", self.inside);
        let reference = self.take(&pattern)?;
        let read = self.places(&pattern).into_iter().filter_map(|place| Some((self.at(&place)?, place)));
        let (named, places): (Vec<V>, Vec<String>) = read.unzip();
        if named.is_empty() {
            return Ok(());
        }
        let there = are_there(named)?;
        for (place, _) in places.into_iter().zip(there).filter(|(_, is_there)| !is_there) {
            self.faults.push(InputFault::body(place, "unknown", reference.unknown.clone()));
        }
        Ok(())
    }

    /// Says that what a member names decided already what the caller may do.
    ///
    /// # Errors
    /// [`Error::Internal`] for a member of which the contract does not say so.
    pub fn decided(&mut self, pointer: &str) -> Result<(), Error> {
        let reference = self.take(&format!("{}{pointer}", self.inside))?;
        reference
            .decides
            .then_some(())
            .ok_or(Error::Internal("the contract does not say that this member decides"))
    }

    fn take(&mut self, pattern: &str) -> Result<Reference, Error> {
        let place = self.open.iter().position(|(open, _)| open == pattern);
        let place = place.ok_or(Error::Internal("the contract does not say what this member names"))?;
        Ok(self.open.swap_remove(place).1.clone())
    }

    /// The places that a pattern stands for in this body.
    fn places(&self, pattern: &str) -> Vec<String> {
        let Some((list, rest)) = pattern.split_once("/*") else { return vec![pattern.to_owned()] };
        let items = self.value.pointer(list).and_then(Value::as_array).map_or(0, Vec::len);
        (0..items).map(|place| format!("{list}/{place}{rest}")).collect()
    }

    /// Looks into a part of the body: pointers are those of the part.
    ///
    /// # Errors
    /// What the work says.
    pub fn inside(
        &mut self,
        pointer: &str,
        work: impl FnOnce(&mut Self) -> Result<(), Error>,
    ) -> Result<(), Error> {
        let outside = self.inside.len();
        self.inside.push_str(pointer);
        let done = work(self);
        self.inside.truncate(outside);
        done
    }
}
