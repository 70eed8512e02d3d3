//! Whole attempts in virtual time, against a small scripted CloudFormation.

mod change_sets;
mod crowd;
mod follow;
mod kill;
mod lifecycle;
mod nodes;
mod recovery;
mod scripts;
mod unused;
mod watching;
mod world;
