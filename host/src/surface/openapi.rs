//! `GET /openapi.json`: what every address of the traffic listener takes and answers.

use super::describe::{Operation, Schemas, document};
use super::keys::Keys;
use super::{
    Inbound, PageSurface, Reply, Route, Surface, actions, all, answer, events, mcp, pages, streams,
};
use crate::model::problem::Problem;
use crate::model::time::Millis;
use http::{Method, StatusCode};
use serde_json::{Value, json};
use std::sync::LazyLock;

/// The door to the document.
#[derive(Clone, Copy, Debug)]
pub struct OpenApi;

/// It depends on the program alone.
static DOCUMENT: LazyLock<Value> = LazyLock::new(written);

impl Surface for OpenApi {
    fn name(&self) -> &'static str {
        "native"
    }

    fn routes(&self) -> &'static [Route] {
        &[Route {
            path: "/openapi.json",
            methods: &[Method::GET],
        }]
    }

    fn describe(&self, _: &Route, _: &Method, _: &mut Schemas) -> Operation {
        Operation::new("This document").reply(
            200,
            "OpenAPI 3.1",
            "application/json",
            json!({"type": "object"}),
        )
    }
}

impl PageSurface for OpenApi {
    fn page(&self, _: &Inbound<'_>, _: &Keys, _: Millis) -> Result<Reply, Problem> {
        Ok(answer::json(StatusCode::OK, &*DOCUMENT, 128 << 10))
    }
}

/// Every surface there is, whatever its kind.
pub fn surfaces() -> Vec<&'static dyn Surface> {
    let mut surfaces: Vec<&'static dyn Surface> = Vec::new();
    surfaces.extend(all().iter().map(|it| *it as &dyn Surface));
    surfaces.extend(streams().iter().map(|it| *it as &dyn Surface));
    surfaces.extend(actions().iter().map(|it| *it as &dyn Surface));
    surfaces.extend(pages().iter().map(|it| *it as &dyn Surface));
    surfaces.extend(events().iter().map(|it| *it as &dyn Surface));
    surfaces.push(&mcp::Mcp);
    surfaces
}

fn written() -> Value {
    let mut schemas = Schemas::new();
    let mut described = Vec::new();
    for surface in surfaces() {
        for route in surface.routes() {
            for method in route.methods {
                let operation = surface.describe(route, method, &mut schemas);
                described.push((route.path, method.clone(), operation));
            }
        }
    }
    let refusal = schemas.answered::<answer::Refusal<'_>>();
    document("Sidepane: traffic", described, &refusal, schemas)
}

#[cfg(test)]
#[path = "openapi_tests.rs"]
mod tests;
