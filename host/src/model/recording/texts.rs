//! Every text of a recording that may be somebody's. Whoever adds a field to an input or a step is
//! asked here by the compiler what is in it.

use super::{Ending, Input, Received, Recording, Sent, Step, StoreAnswer, StoreCall, Written};
use crate::model::action::Press;
use crate::model::context::{Agent, Context, Pairs, Visitor};
use crate::model::event::{
    Actor, Attachment, Change, Contact, Conversation, Entity, Event, Message, OtherPart, Part,
};
use crate::model::http::{Denial, HeaderValue, HttpError, SecretFormat};
use crate::model::store::StoreError;

/// What is done with each text.
type Do<'a> = &'a mut dyn FnMut(&mut String);

impl Recording {
    /// Hands every text to `each`. What names the recording itself, and words that the contract
    /// chooses, are none.
    pub fn each_text(&mut self, each: &mut dyn FnMut(&mut String)) {
        let Self {
            id: _,
            plugin: _,
            account: _,
            generation: _,
            begun: _,
            input,
            settings,
            steps,
            whole: _,
            ending,
            usage: _,
        } = self;
        match input {
            Input::Card(context) => of_context(context, each),
            Input::Event { event, attempt: _ } => of_event(event, each),
            Input::Press(press) => of_press(press, each),
        }
        of_values(settings, each);
        for step in steps {
            of_step(step, each);
        }
        let Ending {
            kind: _,
            code: _,
            texts,
            detail,
        } = ending;
        of_values(texts, each);
        each(detail);
    }
}

fn of_context(context: &mut Context, each: Do<'_>) {
    let Context {
        surface: _,
        view: _,
        account: _,
        request_id: _,
        email,
        phone,
        external_id,
        contact_name,
        contact_linked: _,
        ticket_id,
        contact_id,
        conversation_id,
        call_id,
        visitor: Visitor { ip, page_url },
        agent,
        locale: _,
        time_zone: _,
        attributes,
        params,
        extra,
    } = context;
    let texts = [
        email,
        phone,
        external_id,
        contact_name,
        ticket_id,
        contact_id,
        conversation_id,
        call_id,
        ip,
        page_url,
    ];
    texts.into_iter().flatten().for_each(&mut *each);
    if let Some(Agent { id, name, email }) = agent {
        [id, name, email].into_iter().flatten().for_each(&mut *each);
    }
    for pairs in [attributes, params, extra] {
        of_values(pairs, each);
    }
}

fn of_press(press: &mut Press, each: Do<'_>) {
    let Press {
        plugin: _,
        action: _,
        value,
        fields,
        key: _,
        context,
    } = press;
    each(value);
    of_values(fields, each);
    of_context(context, each);
}

fn of_event(event: &mut Event, each: Do<'_>) {
    let Event {
        id,
        source: _,
        event_type: _,
        vendor_type: _,
        time: _,
        account: _,
        region: _,
        actor,
        contact,
        conversation,
        message,
        changes,
        raw,
        extra,
    } = event;
    each(id);
    if let Some(actor) = actor {
        let Actor {
            kind: _,
            id,
            name,
            email,
            phone,
            cause: _,
        } = actor;
        let texts = [id, name, email, phone];
        texts.into_iter().flatten().for_each(&mut *each);
    }
    if let Some(contact) = contact {
        let Contact {
            id,
            external_id,
            name,
            email,
            phone,
            attributes,
        } = contact;
        let texts = [id, external_id, name, email, phone];
        texts.into_iter().flatten().for_each(&mut *each);
        of_values(attributes, each);
    }
    if let Some(conversation) = conversation {
        of_conversation(conversation, each);
    }
    if let Some(message) = message {
        of_message(message, each);
    }
    for change in changes {
        let Change {
            kind: _,
            field: _,
            from,
            to,
            disputed: _,
        } = change;
        [from, to].into_iter().flatten().for_each(&mut *each);
    }
    each(raw);
    of_values(extra, each);
}

fn of_conversation(conversation: &mut Conversation, each: Do<'_>) {
    let Conversation {
        id,
        status: _,
        vendor_status: _,
        channel,
        group,
        agent,
        labels,
        attributes,
    } = conversation;
    each(id);
    for Entity { id, name } in [channel, group, agent].into_iter().flatten() {
        each(id);
        name.iter_mut().for_each(&mut *each);
    }
    labels.iter_mut().for_each(&mut *each);
    of_values(attributes, each);
}

fn of_message(message: &mut Message, each: Do<'_>) {
    let Message {
        id,
        kind: _,
        direction: _,
        text,
        parts,
    } = message;
    id.iter_mut().for_each(&mut *each);
    each(text);
    for part in parts {
        match part {
            Part::Text(text) => each(text),
            Part::Attachment(Attachment {
                kind: _,
                url,
                name,
                content_type: _,
            }) => {
                each(url);
                name.iter_mut().for_each(&mut *each);
            }
            Part::Other(OtherPart {
                kind: _,
                text,
                json,
            }) => {
                each(text);
                each(json);
            }
        }
    }
}

fn of_step(step: &mut Step, each: Do<'_>) {
    match step {
        Step::Wall { .. } | Step::Monotonic { .. } | Step::Random(_) | Step::Sleep { .. } => {}
        Step::Log {
            level: _,
            message,
            fields,
        } => {
            each(message);
            of_values(fields, each);
        }
        Step::Http { requests, answers } => {
            for request in requests {
                of_sent(request, each);
            }
            for answer in answers.iter_mut().flatten() {
                match answer {
                    Ok(Received {
                        status: _,
                        headers,
                        body,
                    }) => {
                        of_values(headers, each);
                        of_body(body, each);
                    }
                    Err(error) => of_http_error(error, each),
                }
            }
        }
        Step::Store { call, answer } => {
            of_store_call(call, each);
            match answer {
                Some(Ok(answer)) => of_store_answer(answer, each),
                Some(Err(error)) => of_store_error(error, each),
                None => {}
            }
        }
    }
}

fn of_sent(sent: &mut Sent, each: Do<'_>) {
    let Sent {
        method: _,
        url,
        headers,
        body,
        timeout_ms: _,
    } = sent;
    each(url);
    for (_, value) in headers {
        match value {
            HeaderValue::Plain(text) => each(text),
            HeaderValue::Secret { name: _, format } => match format {
                SecretFormat::Raw | SecretFormat::Bearer => {}
                SecretFormat::BasicUser { password } => each(password),
                SecretFormat::BasicPassword { user } => each(user),
            },
        }
    }
    if let Some(body) = body {
        of_body(body, each);
    }
}

fn of_body(body: &mut Written, each: Do<'_>) {
    match body {
        Written::Text(text) => each(text),
        Written::Withheld { bytes: _ } => {}
    }
}

fn of_http_error(error: &mut HttpError, each: Do<'_>) {
    match error {
        HttpError::Denied(Denial { rule: _, why, hint }) => {
            each(why);
            hint.iter_mut().for_each(&mut *each);
        }
        HttpError::Dns(why)
        | HttpError::Connect(why)
        | HttpError::Tls(why)
        | HttpError::Quota(why)
        | HttpError::Protocol(why)
        | HttpError::Other(why) => each(why),
        HttpError::Timeout(_) | HttpError::TooLarge(_) => {}
    }
}

fn of_store_call(call: &mut StoreCall, each: Do<'_>) {
    match call {
        StoreCall::Get { key }
        | StoreCall::Remove { key }
        | StoreCall::Increment { key, delta: _ } => each(key),
        StoreCall::Set {
            key,
            value,
            ttl_s: _,
        } => {
            each(key);
            each(value);
        }
        StoreCall::CompareAndSet {
            key,
            expected,
            value,
            ttl_s: _,
        } => {
            each(key);
            expected.iter_mut().for_each(&mut *each);
            each(value);
        }
        StoreCall::ListKeys {
            prefix,
            after,
            limit: _,
        } => {
            each(prefix);
            after.iter_mut().for_each(&mut *each);
        }
    }
}

fn of_store_answer(answer: &mut StoreAnswer, each: Do<'_>) {
    match answer {
        StoreAnswer::Value(value) => value.iter_mut().for_each(&mut *each),
        StoreAnswer::Keys(keys) => keys.iter_mut().for_each(&mut *each),
        StoreAnswer::Done | StoreAnswer::Swapped(_) | StoreAnswer::Sum(_) => {}
    }
}

fn of_store_error(error: &mut StoreError, each: Do<'_>) {
    match error {
        StoreError::Quota(why) | StoreError::Unavailable(why) | StoreError::Other(why) => each(why),
        StoreError::TooLarge(_) | StoreError::NotANumber | StoreError::Unsupported => {}
    }
}

/// Names are chosen by programs, values by people.
fn of_values(pairs: &mut Pairs, each: Do<'_>) {
    pairs.iter_mut().for_each(|(_, value)| each(value));
}
