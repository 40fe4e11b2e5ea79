namespace Relay.Api;

/// <summary>Says of an address, for its description, which body it takes.</summary>
/// <remarks>
/// The framework's <c>Accepts</c> would have routing refuse other media types, before the token is looked at and
/// without a sentence.
/// </remarks>
internal enum RequestBody
{
    /// <summary>A Yjs update.</summary>
    Update,

    /// <summary>Whose connections end.</summary>
    Kick,
}
