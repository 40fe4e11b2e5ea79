namespace Relay.Sessions;

/// <summary>Into what sizes an answer is cut, in bytes.</summary>
/// <param name="MaxWhole">An answer of at most this size stays in one piece.</param>
/// <param name="MaxPart">The largest part, but for the last and for a single value that cannot be cut.</param>
/// <param name="MaxLast">
/// How large the last part may be made to keep clients from showing earlier parts before it.
/// </param>
internal readonly record struct AnswerSizes(int MaxWhole, int MaxPart, int MaxLast);
