//! How sensitive a column is, why what is personal may be left out of an export, and what may hold back an erasure.

use crate::code_list;

code_list! {
    /// How sensitive a column is.
    pub enum DataClass {
        /// Published by others, or by the programme itself.
        Public = "public": "openbaar" / "public",
        /// Keeps the installation running and says nothing of a person.
        Internal = "internal": "intern" / "internal",
        /// Says something of a person, or leads to her.
        Personal = "personal": "persoonsgegeven" / "personal",
        /// Opens a door, or is between a parent and her buddy alone.
        Secret = "secret": "geheim" / "secret",
    }
}

code_list! {
    /// Why something personal is not in an export: what is hers is, and these are not hers to get.
    pub enum WithheldBecause {
        /// It is about another: she gets that person's role and organisation (AVG art. 15 lid 4).
        ThirdParty = "third-party": "gaat over een ander" / "it is about another",
        /// A key between tables, without meaning outside.
        Key = "key": "een verwijzing zonder eigen betekenis" / "a reference without a meaning of its own",
        /// A fingerprint: what it was made from is not kept.
        Fingerprint = "fingerprint": "een vingerafdruk; het gegeven zelf is er niet" / "a fingerprint; what it was made from is not kept",
        /// It says the same as something that is exported.
        Repeated = "repeated": "staat er al in" / "it is there already",
        /// Her name or text is no parent's: who works with Naast asks the organisation that she works for.
        NotAParents = "not-a-parents": "is niet van een ouder; te vragen aan de organisatie" / "it is not a parent's; the organisation gives it",
    }
}

code_list! {
    /// Why a case may not be erased for now (AVG art. 17 lid 3).
    pub enum HoldReason {
        Complaint = "complaint": "er loopt een klacht" / "a complaint is open",
        SafetySignal = "safety-signal": "er is een signaal over veiligheid" / "there is a signal about safety",
        LegalClaim = "legal-claim": "er loopt een rechtszaak of een vordering" / "there is a legal claim",
        Authority = "authority": "een toezichthouder vraagt erom" / "an authority asks for it",
    }
}

code_list! {
    /// The words by which a person says that she means it.
    pub enum Confirmation {
        Everything = "erase-everything-of-mine": "wis alles van mij" / "erase everything of mine",
    }
}

code_list! {
    /// Why an account stays although its person asked for erasure.
    pub enum KeptBecause {
        HeldCase = "held-case": "een zaak wordt nog vastgehouden" / "a case is still held",
        BuddyFile = "buddy-file": "u bent buddy; uw dossier gaat een jaar na vertrek weg, of na de tijd die het programma stelde" / "you are a buddy; your file goes a year after you leave, or after the time that the programme set",
        Role = "role": "u heeft een rol bij een organisatie" / "you have a role in an organisation",
    }
}
