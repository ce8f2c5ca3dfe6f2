//! The requester as one word, and the condition keys whose values follow from it.

mod keys;
mod lift;
mod word;

pub use keys::RequesterKey;
pub use lift::build;
pub(crate) use lift::{by_fields, glob, residuals, restrict, split};
pub(crate) use word::{
    ANONYMOUS, ASSUMED_ROOT, FEDERATED, OF_ACCOUNT, REST, ROLE, ROOT, SAML, SEPARATOR, SERVICE, SIGN_IN,
    USER, WEB, WITHOUT_ACCOUNT, any, kinds, marker, of, with_account, with_arn,
};
pub use word::{Decoded, decode, domain, encode};
