//! A list whose items arrive in pieces, each with the index of its item.

use std::collections::HashMap;

/// The items of a streamed list, in the order of their arrival until the list ends.
///
/// The indexes come from outside. So no item is stored for an index that was never named, however
/// large the others are, and no item is moved before [`into_items`](Self::into_items) puts all of
/// them in order: memory and time are proportional to the pieces that arrived.
#[derive(Debug)]
pub(crate) struct IndexedList<T> {
    /// Each item with its index, or with `None` if it arrived without one.
    items: Vec<(Option<u64>, T)>,
    /// The place of the last item of each index.
    places: HashMap<u64, usize>,
    /// The place of the item that pieces without an index continue.
    current: Option<usize>,
}

impl<T> Default for IndexedList<T> {
    fn default() -> Self {
        IndexedList { items: Vec::new(), places: HashMap::new(), current: None }
    }
}

impl<T> IndexedList<T> {
    /// Returns the item that a piece with this index continues: the last one of the index.
    pub(crate) fn get_mut(&mut self, index: u64) -> Option<&mut T> {
        let place = *self.places.get(&index)?;
        self.items.get_mut(place).map(|(_, item)| item)
    }

    /// Returns the item that a piece with this index continues, or a new one.
    pub(crate) fn at(&mut self, index: u64) -> &mut T
    where
        T: Default,
    {
        let place = *self.places.entry(index).or_insert_with(|| {
            self.items.push((Some(index), T::default()));
            self.items.len() - 1
        });
        self.current = Some(place);
        &mut self.items[place].1
    }

    /// Returns the item that a piece without an index continues: the last one that was added, but
    /// for those that were put aside.
    pub(crate) fn current_mut(&mut self) -> Option<&mut T> {
        self.items.get_mut(self.current?).map(|(_, item)| item)
    }

    /// Adds an item. If its index is used already, both items stay, and the pieces that follow
    /// continue the new one.
    pub(crate) fn push(&mut self, index: Option<u64>, item: T) {
        self.current = Some(self.items.len());
        if let Some(index) = index {
            self.places.insert(index, self.items.len());
        }
        self.items.push((index, item));
    }

    /// Adds an item that nothing continues.
    pub(crate) fn push_aside(&mut self, item: T) {
        self.items.push((None, item));
    }

    /// Returns the items in the order of their indexes. Items of one index, and those without an
    /// index, which come last, keep the order of their arrival.
    pub(crate) fn into_items(mut self) -> impl Iterator<Item = T> {
        self.items.sort_by_key(|(index, _)| (index.is_none(), *index));
        self.items.into_iter().map(|(_, item)| item)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn items_out_of_order_are_returned_by_index() {
        let mut list = IndexedList::default();
        list.push(None, "last".to_owned());
        list.at(u64::MAX).push('c');
        list.at(1).push('b');
        list.at(0).push('a');
        list.at(1).push('b');
        list.push(Some(0), "new".to_owned());
        list.push_aside("aside".to_owned());
        list.current_mut().unwrap().push('!');
        list.at(0).push('!');
        assert_eq!(list.items.len(), 6);
        let items: Vec<String> = list.into_items().collect();
        assert_eq!(items, ["a", "new!!", "bb", "c", "last", "aside"]);
    }
}
