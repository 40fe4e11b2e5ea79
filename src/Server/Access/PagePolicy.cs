namespace Relay.Access;

/// <summary>
/// What a page that the node makes for one answer may load: a feature of its request, for <see cref="BrowserRules"/>.
/// Pages that are files say it in their own text.
/// </summary>
/// <param name="Directives">Directives of a content security policy.</param>
internal sealed record PagePolicy(string Directives);
