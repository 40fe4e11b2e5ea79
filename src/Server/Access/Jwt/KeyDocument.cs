namespace Relay.Access;

/// <summary>What one fetch of published keys brought.</summary>
/// <param name="Keys">A JSON Web Key Set, not read yet.</param>
/// <param name="Issuer">Whose tokens these keys sign; null when the publisher does not say.</param>
internal readonly record struct KeyDocument(byte[] Keys, string? Issuer);
