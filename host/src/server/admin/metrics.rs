//! `/metrics`: what the host counted, as Prometheus reads it (OpenMetrics text).
//!
//! Everything is read when it is asked for: counting costs the hot path nothing that it did not cost
//! before. Labels come from fixed lists, never from plugins or askers.

use crate::host::Host;
use crate::model::figures::CacheFigures;
use crate::model::problem::{Code, Problem};
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use prometheus_client::collector::Collector;
use prometheus_client::encoding::{DescriptorEncoder, EncodeMetric};
use prometheus_client::metrics::MetricType;
use prometheus_client::metrics::counter::ConstCounter;
use prometheus_client::metrics::gauge::ConstGauge;
use prometheus_client::registry::Registry;

pub(super) const TYPE: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

pub(super) async fn metrics(State(host): State<Host>) -> Response {
    let mut registry = Registry::with_prefix("sidepane");
    registry.register_collector(Box::new(Reading {
        cache: host.kept_cards(),
        plugins: Plugins::of(&host),
    }));
    let mut text = String::new();
    match prometheus_client::encoding::text::encode(&mut text, &registry) {
        Ok(()) => (StatusCode::OK, [(header::CONTENT_TYPE, TYPE)], text).into_response(),
        Err(error) => super::refuse(
            &Problem::new(Code::CallHostBug, "The figures cannot be written.")
                .detail(error.to_string()),
        ),
    }
}

/// What is told of one moment.
#[derive(Debug)]
struct Reading {
    cache: CacheFigures,
    plugins: Plugins,
}

#[derive(Debug)]
struct Plugins {
    served: u64,
    refused: u64,
    disabled: u64,
}

impl Plugins {
    fn of(host: &Host) -> Self {
        let snapshot = host.view().current();
        Self {
            served: snapshot.plugins().len() as u64,
            refused: snapshot.refused().len() as u64,
            disabled: snapshot.disabled().len() as u64,
        }
    }
}

impl Collector for Reading {
    fn encode(&self, mut to: DescriptorEncoder<'_>) -> Result<(), std::fmt::Error> {
        counters(
            &mut to,
            "cards_answered",
            "Questions to plugins that let cards be kept, by where the answer came from",
            "from",
            &[
                ("call", self.cache.asked),
                ("fresh", self.cache.fresh),
                ("joined", self.cache.joined),
                ("stale", self.cache.stale),
            ],
        )?;
        gauge(&mut to, "cards_kept", "Cards in memory", self.cache.cards)?;
        gauge(
            &mut to,
            "cards_kept_bytes",
            "About their bytes",
            self.cache.bytes,
        )?;
        gauges(
            &mut to,
            "plugins",
            "Plugins of the folder by what became of them",
            "state",
            &[
                ("serving", self.plugins.served),
                ("refused", self.plugins.refused),
                ("disabled", self.plugins.disabled),
            ],
        )
    }
}

type Encoded = Result<(), std::fmt::Error>;

fn counters(
    to: &mut DescriptorEncoder<'_>,
    name: &str,
    help: &str,
    label: &str,
    values: &[(&str, u64)],
) -> Encoded {
    let mut family = to.encode_descriptor(name, help, None, MetricType::Counter)?;
    for (value, count) in values {
        let labels = [(label, *value)];
        ConstCounter::new(*count).encode(family.encode_family(&labels)?)?;
    }
    Ok(())
}

fn gauges(
    to: &mut DescriptorEncoder<'_>,
    name: &str,
    help: &str,
    label: &str,
    values: &[(&str, u64)],
) -> Encoded {
    let mut family = to.encode_descriptor(name, help, None, MetricType::Gauge)?;
    for (value, count) in values {
        let labels = [(label, *value)];
        ConstGauge::new(*count).encode(family.encode_family(&labels)?)?;
    }
    Ok(())
}

fn gauge(to: &mut DescriptorEncoder<'_>, name: &str, help: &str, value: u64) -> Encoded {
    ConstGauge::new(value).encode(to.encode_descriptor(name, help, None, MetricType::Gauge)?)
}
