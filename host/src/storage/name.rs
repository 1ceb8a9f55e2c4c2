//! The names of deliveries.

use crate::model::delivery::DeliveryId;
use crate::model::time::Millis;

/// The 16 bits that a storage puts into the ids of its deliveries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Tag(pub(super) u16);

impl Tag {
    /// A delivery's name: the moment of acceptance, the storage, the row. It sorts like the rows
    /// as long as the clock goes forward.
    pub(super) fn id(self, accepted: Millis, seq: i64) -> DeliveryId {
        let low = (u128::from(self.0) << 64) | u128::from(seq.unsigned_abs());
        let id = ulid::Ulid::from_parts(accepted.0.unsigned_abs(), low);
        DeliveryId(id.to_string().into())
    }

    /// The row of a delivery; the row is still to be asked when it was accepted.
    pub(super) fn row(self, id: &DeliveryId) -> Option<(i64, Millis)> {
        let id = ulid::Ulid::from_string(&id.0).ok()?;
        let (tag, seq) = (id.random() >> 64, id.random() & u128::from(u64::MAX));
        let row = i64::try_from(seq)
            .ok()
            .zip(i64::try_from(id.timestamp_ms()).ok());
        row.filter(|_| tag == u128::from(self.0))
            .map(|(seq, accepted)| (seq, Millis(accepted)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_leads_to_its_row_and_sorts_like_it() {
        let tag = Tag(0xabcd);
        let id = tag.id(Millis(1_780_000_000_000), 77);
        assert_eq!(tag.row(&id), Some((77, Millis(1_780_000_000_000))));
        assert_eq!(Tag(0xabce).row(&id), None, "another storage's");
        assert!(tag.id(Millis(1_780_000_000_000), 78) > id);
        assert!(tag.id(Millis(1_780_000_000_001), 1) > id);
        for strange in ["", "7", "01ARZ3NDEKTSV4RRFFQ69G5FAVX", "ä"] {
            assert_eq!(tag.row(&DeliveryId(strange.into())), None, "{strange}");
        }
    }
}
