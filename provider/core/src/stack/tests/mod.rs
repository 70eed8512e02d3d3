//! Whole attempts in virtual time, against a small scripted CloudFormation.

mod crowd;
mod lifecycle;
mod kill;
mod recovery;
mod scripts;
mod unused;
mod watching;
mod world;
