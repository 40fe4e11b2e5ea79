namespace Relay.Yjs.Costs;

/// <summary>What a <see cref="WireGene"/> says, in whatever it is written as.</summary>
internal enum WireKind
{
    Text,
    Nested,
    Numbers,
    Escapes,
    Objects,
    Question,
    Marker,
    Token,
    Stateless,
    Update,

    /// <summary>Bytes that are none of these.</summary>
    Noise,
}
