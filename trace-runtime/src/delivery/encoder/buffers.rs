//! The memory of batches that were sent, for later ones.
//!
//! A batch has up to three megabytes. An allocator gives memory of that size back to the operating
//! system, which has to clear each page of it for the next batch.

use bytes::Bytes;

/// One batch is being sent while the next one is encoded.
const MAX_KEPT: usize = 2;

/// The longest batch whose memory is kept, in bytes. Few are longer: those whose spans became longer
/// in a stage.
const MAX_LEN: usize = 4 << 20;

/// The last batches. Their memory is free as soon as no one else holds them.
#[derive(Debug, Default)]
pub(super) struct Buffers(Vec<Bytes>);

impl Buffers {
    /// Returns the memory of a batch that was sent; empty memory if there is none.
    pub(super) fn take(&mut self) -> Vec<u8> {
        let free = self.0.iter().position(Bytes::is_unique);
        let memory = free.map(|index| self.0.remove(index).try_into_mut());
        let Some(Ok(mut memory)) = memory else { return Vec::new() };
        // What is left would be copied.
        memory.clear();
        memory.into()
    }

    /// Keeps the memory of a batch.
    pub(super) fn keep(&mut self, batch: &Bytes) {
        if batch.len() > MAX_LEN {
            return;
        }
        if self.0.len() == MAX_KEPT {
            self.0.remove(0);
        }
        self.0.push(batch.clone());
    }

    /// Frees the memory.
    pub(super) fn clear(&mut self) {
        self.0.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::Buffers;
    use bytes::Bytes;

    #[test]
    fn memory_of_a_batch_is_used_again_once_it_was_sent() {
        let mut buffers = Buffers::default();
        let mut bytes = Vec::with_capacity(10_000);
        bytes.extend_from_slice(b"a batch");
        let place = bytes.as_ptr();
        let batch = Bytes::from(bytes).slice(2..);
        buffers.keep(&batch);
        assert_eq!(buffers.take().capacity(), 0, "it is being sent");
        drop(batch);
        let memory = buffers.take();
        assert_eq!((memory.as_ptr(), memory.len(), memory.capacity()), (place, 0, 10_000));
        assert_eq!(buffers.take().capacity(), 0, "it was taken");
    }
}
