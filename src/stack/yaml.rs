//! Parses YAML text into the tree: expands short function tags, shares aliases, applies merge keys.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use granit_parser::{ErrorKind, Event, Marker, Parser, ScalarStyle, ScanError, StrInput, Tag};

use super::node::{Entry, Node, Span, Value};
use super::scalar;
use super::tree_builder::TreeBuilder;
use crate::diagnostic::{Code, Diagnostic, Source};
use crate::files::limits::{MAX_REPEATED_BYTES, MAX_TREE_DEPTH};

/// The tree of the first document, with the diagnostics that did not stop the parsing.
///
/// Accepts the texts that PyYAML accepts. PyYAML needs no space between a value and a comment; the parser does. Such a comment is
/// replaced by spaces, which keeps all positions, and the text is parsed again.
pub(crate) fn parse(source: &Arc<Source>) -> Result<(Node, Vec<Diagnostic>), Diagnostic> {
    let mut text = Cow::Borrowed(source.text.as_str());
    let mut repeated_bytes = 0;
    loop {
        let mut reader = YamlReader::new(source, &text);
        let diagnostic = match reader.document() {
            Ok(root) => return Ok((root, reader.build.diagnostics)),
            Err(diagnostic) => diagnostic,
        };
        match reader.comment_without_space {
            Some(at) if repeated_bytes < MAX_REPEATED_BYTES => {
                repeated_bytes += text.len();
                text = Cow::Owned(without_comment(&text, at));
            }
            Some(_) | None => return Err(diagnostic),
        }
    }
}

/// The text with spaces in place of the comment at a byte.
fn without_comment(text: &str, at: usize) -> String {
    let (before, rest) = text.split_at_checked(at).unwrap_or((text, ""));
    let (comment, after) = rest.split_at(rest.find(['\n', '\r']).unwrap_or(rest.len()));
    format!("{before}{}{after}", " ".repeat(comment.len()))
}

struct YamlReader<'s> {
    text: &'s str,
    events: Parser<'s, StrInput<'s>>,
    build: TreeBuilder<'s>,
    anchors: HashMap<usize, Anchored>,
    /// The byte of the comment that stopped the parsing because no space is before it.
    comment_without_space: Option<usize>,
}

/// A value with an anchor, and its number of nested values.
struct Anchored {
    node: Node,
    size: usize,
}

impl<'s> YamlReader<'s> {
    fn new(source: &'s Arc<Source>, text: &'s str) -> Self {
        let options = granit_parser::options! {
            flow_nesting_limit: MAX_TREE_DEPTH,
            block_nesting_limit: MAX_TREE_DEPTH,
            block_scalar_eof_without_line_feed: true,
            bom_inside_document_as_content: true,
        };
        Self {
            text,
            events: Parser::new_from_str_with_options(text, options),
            build: TreeBuilder::new(source),
            anchors: HashMap::new(),
            comment_without_space: None,
        }
    }

    fn document(&mut self) -> Result<Node, Diagnostic> {
        let mut root = None;
        loop {
            let (event, span) = self.next()?;
            match event {
                Event::StreamEnd => return Ok(root.unwrap_or_else(|| Node::null(span))),
                Event::StreamStart | Event::DocumentStart(..) | Event::DocumentEnd => {}
                value => {
                    let node = self.node(value, span, 0)?;
                    match &root {
                        None => root = Some(node),
                        Some(_) if node.is_null() => {}
                        Some(_) => return Err(self.second_document(node.span)),
                    }
                }
            }
        }
    }

    fn second_document(&self, span: Span) -> Diagnostic {
        self.build
            .diagnostic(
                Code::TemplateNotYaml,
                "a second YAML document begins here; a file is one document",
                span,
            )
            .help("put each document into a file of its own")
    }

    fn next(&mut self) -> Result<(Event<'s>, Span), Diagnostic> {
        match self.events.next_event() {
            Some(Ok((event, span))) => {
                let start = span.tag_start().unwrap_or(span.start);
                Ok((event, self.span(start, span.end)))
            }
            Some(Err(error)) => Err(self.not_yaml(&error)),
            None => Ok((Event::StreamEnd, Span::default())),
        }
    }

    /// The range between two positions, without the white space at its end.
    fn span(&self, start: Marker, end: Marker) -> Span {
        let byte = |marker: Marker| marker.byte_offset().unwrap_or(0).min(self.text.len());
        let (start, end) = (byte(start), byte(end));
        let written = self.text.get(start..end).unwrap_or_default().trim_end();
        let offset = |byte: usize| u32::try_from(byte).unwrap_or(u32::MAX);
        Span {
            start: offset(start),
            end: offset(start + written.len()),
        }
    }

    fn not_yaml(&mut self, error: &ScanError) -> Diagnostic {
        let marker = *error.marker();
        let span = self.span(marker, marker);
        match error.kind() {
            // The scanner reads brackets ahead, and so reaches its limit before `check_depth`.
            ErrorKind::RecursionLimitExceeded => return self.build.too_deep(span),
            ErrorKind::CommentNotSeparated => self.comment_without_space = marker.byte_offset(),
            _ => {}
        }
        self.build.diagnostic(
            Code::TemplateNotYaml,
            format!("not YAML: {}", error.info()),
            span,
        )
    }

    fn node(&mut self, event: Event<'s>, span: Span, depth: usize) -> Result<Node, Diagnostic> {
        self.build.check_depth(depth, span)?;
        let before = self.build.nodes();
        self.build.count(1, span)?;
        let (node, tag, anchor) = match event {
            Event::Scalar(text, style, anchor, tag) => {
                let node = Node {
                    span,
                    value: self.scalar(&text, style, tag.as_deref()),
                };
                (node, tag, anchor)
            }
            Event::SequenceStart(_, anchor, tag) => (self.list(span, depth)?, tag, anchor),
            Event::MappingStart(_, anchor, tag) => (self.map(span, depth)?, tag, anchor),
            Event::Alias(anchor) => return self.alias(anchor, span),
            // Structure and presentation, which the parser never passes in place of a value.
            _ => (Node::null(span), None, 0),
        };
        let node = match tag.as_deref().and_then(function_of) {
            Some(function) => self.long_form(&function, node),
            None => node,
        };
        if anchor != 0 {
            let size = self.build.nodes() - before;
            self.anchors.insert(
                anchor,
                Anchored {
                    node: node.clone(),
                    size,
                },
            );
        }
        Ok(node)
    }

    fn scalar(&mut self, text: &str, style: ScalarStyle, tag: Option<&Tag>) -> Value {
        let typed = match tag {
            Some(tag) if tag.handle() == "!" => false,
            Some(tag) => matches!(tag.core_suffix(), Some("bool" | "float" | "int" | "null")),
            None => style == ScalarStyle::Plain,
        };
        typed
            .then(|| scalar::plain(text))
            .flatten()
            .unwrap_or_else(|| Value::Text(self.build.text(text)))
    }

    fn alias(&mut self, anchor: usize, span: Span) -> Result<Node, Diagnostic> {
        let Some(Anchored { node, size }) = self.anchors.get(&anchor) else {
            return Err(self.build.diagnostic(
                Code::TemplateNotYaml,
                "this alias is inside the value that it repeats",
                span,
            ));
        };
        let (node, size) = (node.clone(), *size);
        self.build.count(size, span)?;
        Ok(node)
    }

    fn list(&mut self, start: Span, depth: usize) -> Result<Node, Diagnostic> {
        let mut items = Vec::new();
        loop {
            let (event, span) = self.next()?;
            if event == Event::SequenceEnd {
                let end = items
                    .last()
                    .map_or(span.end, |last: &Node| last.span.end.max(span.end));
                return Ok(Node::list(
                    Span {
                        start: start.start,
                        end,
                    },
                    items,
                ));
            }
            items.push(self.node(event, span, depth + 1)?);
        }
    }

    fn map(&mut self, start: Span, depth: usize) -> Result<Node, Diagnostic> {
        let mut entries = Vec::new();
        let mut merged = Vec::new();
        loop {
            let (event, span) = self.next()?;
            if event == Event::MappingEnd {
                let end = entries
                    .last()
                    .map_or(span.end, |last: &Entry| last.value.span.end.max(start.end));
                let node = self.build.map(
                    Span {
                        start: start.start,
                        end,
                    },
                    entries,
                );
                return Ok(merge(node, &merged));
            }
            let (key, plain) = self.map_key(event, span)?;
            let (event, at) = self.next()?;
            let value = self.node(event, at, depth + 1)?;
            if plain && &*key == "<<" {
                merged.extend(self.merge_sources(value)?);
            } else {
                entries.push(Entry { key, span, value });
            }
        }
    }

    fn map_key(&mut self, event: Event<'s>, span: Span) -> Result<(Arc<str>, bool), Diagnostic> {
        self.build.count(1, span)?;
        match event {
            Event::Scalar(_, _, _, tag)
                if tag.as_deref().is_some_and(|tag| function_of(tag).is_some()) =>
            {
                Err(self.invalid_key(span))
            }
            Event::Scalar(text, style, anchor, _) => {
                if anchor != 0 {
                    let node = Node::text(span, &*text);
                    self.anchors.insert(anchor, Anchored { node, size: 1 });
                }
                Ok((self.build.key(&text), style == ScalarStyle::Plain))
            }
            Event::Alias(anchor) => match self
                .anchors
                .get(&anchor)
                .and_then(|anchored| anchored.node.scalar_text())
            {
                Some(text) => Ok((self.build.key(&text), false)),
                None => Err(self.invalid_key(span)),
            },
            _ => Err(self.invalid_key(span)),
        }
    }

    fn invalid_key(&self, span: Span) -> Diagnostic {
        self.build
            .diagnostic(
                Code::TemplateNotYaml,
                "a map, a list or a function cannot be a key",
                span,
            )
            .help("quote text that begins with `{` or `[`")
    }

    fn merge_sources(&self, value: Node) -> Result<Vec<Node>, Diagnostic> {
        let span = value.span;
        let sources = match &value.value {
            Value::List(items) => items.to_vec(),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::Text(_) | Value::Map(_) => {
                vec![value]
            }
        };
        if sources.iter().all(|source| source.as_map().is_some()) {
            return Ok(sources);
        }
        Err(self.build.diagnostic(
            Code::TemplateNotYaml,
            "`<<` merges maps, and this is not a map",
            span,
        ))
    }

    /// `!Sub x` is `{Fn::Sub: x}`, `!GetAtt a.b` is `{Fn::GetAtt: [a, b]}`.
    fn long_form(&mut self, function: &str, argument: Node) -> Node {
        let span = argument.span;
        let argument = match argument.as_text().and_then(|text| text.split_once('.')) {
            Some((resource, attribute)) if function == "Fn::GetAtt" => Node::list(
                span,
                vec![Node::text(span, resource), Node::text(span, attribute)],
            ),
            Some(_) | None => argument,
        };
        let key = self.build.key(function);
        Node::of_entries(
            span,
            vec![Entry {
                key,
                span,
                value: argument,
            }],
        )
    }
}

/// The function of a short tag of CloudFormation. `None` for YAML's own tags (`!!str`).
fn function_of(tag: &Tag) -> Option<String> {
    if tag.handle() != "!" || tag.suffix().is_empty() {
        return None;
    }
    Some(match tag.suffix() {
        name @ ("Ref" | "Condition") => name.to_owned(),
        name => format!("Fn::{name}"),
    })
}

/// Merges maps: the map's own keys override those of the sources, earlier sources override later ones.
fn merge(node: Node, sources: &[Node]) -> Node {
    if sources.is_empty() {
        return node;
    }
    let mut known: HashSet<&str> = node.entries().iter().map(|entry| &*entry.key).collect();
    let added = sources
        .iter()
        .flat_map(Node::entries)
        .filter(|entry| known.insert(&entry.key));
    Node::of_entries(
        node.span,
        node.entries().iter().chain(added).cloned().collect(),
    )
}
