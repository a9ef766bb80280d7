//! Which attributes survive which switch.
