//! The words that stand in labels: closed lists, so that every series can stand at nought before anything happens.

use crate::problem::Error;

macro_rules! words {
    ($(#[doc = $doc:literal])+ $name:ident { $($(#[doc = $word_doc:literal])+ $word:ident = $code:literal,)+ }) => {
        $(#[doc = $doc])+
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum $name {
            $($(#[doc = $word_doc])+ $word,)+
        }

        impl $name {
            /// All of them.
            pub const ALL: &'static [Self] = &[$(Self::$word),+];

            /// The word itself.
            pub fn code(self) -> &'static str {
                match self { $(Self::$word => $code),+ }
            }
        }
    };
}

words! {
    /// Why a call was sent away.
    Shed {
        /// The queue was full.
        Full = "queue-full",
        /// Its turn did not come in time.
        Waited = "waited-too-long",
        /// It had its turn and was not done in time.
        Slow = "too-slow",
        /// It was not known in time whether it was committed.
        Unsure = "outcome-unknown",
    }
}

words! {
    /// What became of a call with an `Idempotency-Key` that was not simply done.
    Repeated {
        /// It got the answer of the first call.
        Replayed = "replayed",
        /// The first call still ran.
        InUse = "in-use",
        /// The key belonged to another call.
        Reused = "reused",
    }
}

words! {
    /// What a caller left undone until its time was up.
    Deadline {
        /// The head of a call, or any first byte, did not come.
        Head = "head",
        /// The body did not come.
        Body = "body",
        /// The call had its connection for too long, whatever it did meanwhile.
        Call = "call",
        /// The answer was not read.
        Answer = "answer",
        /// After the last answer the caller neither read nor went.
        Rest = "rest",
    }
}

words! {
    /// What became of a connection because there were too many.
    Crowded {
        /// It was idle for longest, and closed to make room for another.
        Closed = "idle-closed",
        /// It was told to come back: all others were at work.
        TurnedAway = "turned-away",
    }
}

words! {
    /// What the edge refused a call for, before anybody looked at what it asks.
    Refusal {
        /// A body of more than 64 KiB.
        Size = "size",
        /// Values nested too deep.
        Depth = "depth",
        /// NUL or another control character in a text.
        ControlCharacter = "control-character",
        /// A body that is compressed.
        ContentEncoding = "content-encoding",
        /// A body that is no JSON by its type.
        MediaType = "media-type",
        /// A body that is no JSON by its letters.
        NoJson = "no-json",
        /// A member or a parameter that stands twice.
        Repeated = "repeated",
        /// An answer that nobody could read was asked for.
        NotAcceptable = "not-acceptable",
        /// Something that is not HTTP.
        NoHttp = "no-http",
        /// A head that is too large.
        HeadSize = "head-size",
    }
}

impl Refusal {
    /// For what this error refuses a call, when it is one of the edge's; `encoded`: the body said that it is compressed. A
    /// body can be refused for more than one thing.
    pub(super) fn of(error: &Error, encoded: bool) -> Vec<Self> {
        match error {
            Error::Refused("payload-too-large") => vec![Self::Size],
            Error::Refused("unsupported-media-type") if encoded => vec![Self::ContentEncoding],
            Error::Refused("unsupported-media-type") => vec![Self::MediaType],
            Error::NotJson(_) | Error::Refused("malformed-json") => vec![Self::NoJson],
            Error::Refused("not-acceptable") => vec![Self::NotAcceptable],
            Error::Refused("malformed-call") => vec![Self::NoHttp],
            Error::Refused("head-too-large") => vec![Self::HeadSize],
            Error::Input(faults) => [
                ("too-deep", Self::Depth),
                ("control-character", Self::ControlCharacter),
                ("repeated", Self::Repeated),
            ]
            .into_iter()
            .filter(|(code, _)| faults.iter().any(|fault| fault.code() == *code))
            .map(|(_, refusal)| refusal)
            .collect(),
            _ => Vec::new(),
        }
    }
}

impl Deadline {
    /// What a caller let pass who is told this.
    pub(super) fn of(error: &Error) -> Option<Self> {
        match error {
            Error::Refused("body-too-slow") => Some(Self::Body),
            Error::Refused("head-too-slow") => Some(Self::Head),
            _ => None,
        }
    }
}
