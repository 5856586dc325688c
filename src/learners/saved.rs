//! Weights as bytes: safetensors, the same bytes for the same weights. Knows plans, and nothing of networks.

use super::weights::{Plan, Weights};
use safetensors::tensor::{Dtype, SafeTensors, TensorView};
use std::collections::BTreeMap;

/// The averaged weights as safetensors.
///
/// # Errors
/// If they cannot be written down.
pub fn write(weights: &Weights) -> Result<Vec<u8>, String> {
    let bytes: Vec<(&str, &[usize], Vec<u8>)> = weights
        .averages()
        .map(|(name, shape, numbers)| (name, shape, numbers.iter().flat_map(|x| x.to_le_bytes()).collect()))
        .collect();
    let views = bytes.iter().map(|(name, shape, bytes)| {
        TensorView::new(Dtype::F32, shape.to_vec(), bytes).map(|view| (*name, view))
    });
    let views: Vec<_> = views.collect::<Result<_, _>>().map_err(|e| format!("weights: {e}"))?;
    safetensors::serialize(views, None).map_err(|e| format!("weights: {e}"))
}

/// The weights of a plan that [`write`] wrote down, by name.
///
/// # Errors
/// If they are not the weights of such a network: which variable, and what of it.
pub fn read(plan: &Plan, bytes: &[u8]) -> Result<BTreeMap<String, Vec<f32>>, String> {
    let read = SafeTensors::deserialize(bytes).map_err(|e| format!("weights: want safetensors, got {e}"))?;
    let mut problems = Vec::new();
    let mut weights = BTreeMap::new();
    for (name, (shape, _)) in plan {
        match read.tensor(name) {
            Err(_) => problems.push(format!("{name}: want shape {shape:?}, got no such variable")),
            Ok(view) if view.shape() != shape || view.dtype() != Dtype::F32 => problems.push(format!(
                "{name}: want shape {shape:?} of F32, got {:?} of {:?}",
                view.shape(),
                view.dtype()
            )),
            Ok(view) => {
                let numbers: Vec<f32> =
                    view.data().as_chunks().0.iter().map(|bytes| f32::from_le_bytes(*bytes)).collect();
                if let Some(number) = numbers.iter().find(|x| !x.is_finite()) {
                    problems.push(format!("{name}: want finite numbers, got {number}"));
                }
                weights.insert(name.clone(), numbers);
            }
        }
    }
    let others = read.names().into_iter().filter(|name| !plan.contains_key(*name));
    let mut others: Vec<String> = others.map(|name| format!("{name}: no variable of this network")).collect();
    others.sort();
    problems.extend(others);
    if !problems.is_empty() {
        let problems = problems.join("; ");
        return Err(format!(
            "weights: of another network: {problems}; load them into one of the sizes they were saved from"
        ));
    }
    Ok(weights)
}
