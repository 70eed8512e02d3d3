//! Tests of the model by rule number.
