namespace Relay.Api.Answers;

/// <summary>What became of a snapshot or a log that was set aside.</summary>
/// <param name="Place">Where it lies now, for people; null for a log of which all records read.</param>
/// <param name="Opens">Whether the document can be opened now.</param>
/// <param name="Loss">What is lost, in one sentence; null if no entry is.</param>
internal sealed record SetAsideAnswer(string? Place, bool Opens, string? Loss);
