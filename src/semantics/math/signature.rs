//! The signatures of metric math functions, and their match with the arguments of a call.

use super::data_type::DataType;

/// One list of parameters that a function accepts, and its result.
#[derive(Debug)]
pub(super) struct Signature {
    pub(super) parameters: &'static [FunctionParameter],
    /// The number of optional parameters at the end.
    pub(super) optional: usize,
    pub(super) result: DataType,
}

/// The accepted arguments: values of these types, or these words.
#[derive(Debug)]
pub(super) struct FunctionParameter {
    pub(super) types: &'static [DataType],
    pub(super) words: &'static [&'static str],
}

/// An argument of a call.
pub(super) enum Argument<'a> {
    Value(DataType),
    Word(&'a str),
}

impl Argument<'_> {
    pub(super) fn name(&self) -> &str {
        match self {
            Argument::Value(kind) => kind.name(),
            Argument::Word(word) => word,
        }
    }
}

pub(super) const S: FunctionParameter = FunctionParameter {
    types: &[DataType::Scalar],
    words: &[],
};
pub(super) const TS: FunctionParameter = FunctionParameter {
    types: &[DataType::Series],
    words: &[],
};
pub(super) const TSS: FunctionParameter = FunctionParameter {
    types: &[DataType::Array],
    words: &[],
};
pub(super) const TEXT: FunctionParameter = FunctionParameter {
    types: &[DataType::Text],
    words: &[],
};
pub(super) const TEXTS: FunctionParameter = FunctionParameter {
    types: &[DataType::Text, DataType::TextArray],
    words: &[],
};
pub(super) const ONE: FunctionParameter = FunctionParameter {
    types: &[DataType::Scalar, DataType::Series],
    words: &[],
};
pub(super) const FILLER: FunctionParameter = FunctionParameter {
    types: &[DataType::Scalar],
    words: &["REPEAT", "LINEAR"],
};
pub(super) const FILLERS: FunctionParameter = FunctionParameter {
    types: &[DataType::Scalar, DataType::Series],
    words: &["REPEAT", "LINEAR"],
};
pub(super) const SORT_BY: FunctionParameter = FunctionParameter {
    types: &[],
    words: &["AVG", "MIN", "MAX", "SUM"],
};
pub(super) const DIRECTION: FunctionParameter = FunctionParameter {
    types: &[],
    words: &["ASC", "DESC"],
};
pub(super) const ANY: FunctionParameter = FunctionParameter {
    types: &[
        DataType::Scalar,
        DataType::Series,
        DataType::Array,
        DataType::Text,
        DataType::TextArray,
    ],
    words: &[],
};

pub(super) const fn signature(
    parameters: &'static [FunctionParameter],
    result: DataType,
) -> Signature {
    Signature {
        parameters,
        optional: 0,
        result,
    }
}

pub(super) const fn with_optional(
    optional: usize,
    parameters: &'static [FunctionParameter],
    result: DataType,
) -> Signature {
    Signature {
        parameters,
        optional,
        result,
    }
}

impl Signature {
    pub(super) fn accepts(&self, arguments: &[Argument<'_>]) -> bool {
        let least = self.parameters.len() - self.optional;
        (least..=self.parameters.len()).contains(&arguments.len())
            && self
                .parameters
                .iter()
                .zip(arguments)
                .all(|(parameter, argument)| parameter.accepts(argument))
    }

    /// The result type of a call with these arguments. It is unknown for a function of series or arrays with an unknown first argument.
    pub(super) fn result_of(&self, arguments: &[Argument<'_>]) -> DataType {
        match arguments.first() {
            Some(Argument::Value(DataType::Unknown))
                if matches!(
                    self.result,
                    DataType::Scalar | DataType::Series | DataType::Array
                ) =>
            {
                DataType::Unknown
            }
            Some(_) | None => self.result,
        }
    }

    pub(super) fn usage(&self) -> String {
        let least = self.parameters.len() - self.optional;
        let required: Vec<String> = self.parameters[..least]
            .iter()
            .map(FunctionParameter::usage)
            .collect();
        match self.parameters.get(least) {
            Some(next) if required.is_empty() => format!("[{}]", next.usage()),
            Some(next) => format!("{}[, {}]", required.join(", "), next.usage()),
            None => required.join(", "),
        }
    }
}

impl FunctionParameter {
    fn accepts(&self, argument: &Argument<'_>) -> bool {
        match argument {
            Argument::Value(DataType::Unknown) => {
                self.types.contains(&DataType::Series) || self.types.contains(&DataType::Array)
            }
            Argument::Value(kind) => self.types.contains(kind),
            Argument::Word(word) => self.words.contains(word),
        }
    }

    fn usage(&self) -> String {
        let types = self.types.iter().map(|kind| kind.name());
        types
            .chain(self.words.iter().copied())
            .collect::<Vec<_>>()
            .join(" | ")
    }
}
