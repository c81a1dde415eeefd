//! A role at a school that another issuer vouches for: good for the length of one token, and never kept as a membership.

use crate::directory::LocationCode;
use crate::organisations::Role;

/// A role at a school location, on the word of a trusted issuer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VouchedRole {
    role: Role,
    school: LocationCode,
}

impl VouchedRole {
    /// The role at this school; `None` for a role that nobody outside can vouch for. A school's own identity provider knows
    /// who works there. It does not know who coordinates a programme, and nobody becomes an administrator by its word.
    pub fn new(role: Role, school: LocationCode) -> Option<Self> {
        matches!(role, Role::SchoolLeader | Role::SchoolStaff | Role::Professional)
            .then_some(Self { role, school })
    }

    /// The role.
    pub fn role(&self) -> Role {
        self.role
    }

    /// The school.
    pub fn school(&self) -> &LocationCode {
        &self.school
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::code::Code as _;

    #[test]
    fn nobody_outside_vouches_for_more_than_work_at_a_school() {
        let school = LocationCode::parse("99ZZ00").expect("a location code");
        let open: Vec<Role> = Role::ALL
            .iter()
            .copied()
            .filter(|role| VouchedRole::new(*role, school.clone()).is_some())
            .collect();
        assert_eq!(open, [Role::SchoolStaff, Role::SchoolLeader, Role::Professional]);
    }
}
