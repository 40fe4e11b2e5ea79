namespace Relay.Api.Answers;

/// <summary>Documents with changes that no snapshot covers.</summary>
/// <param name="Jobs">Those that failed first.</param>
internal sealed record JobList(IReadOnlyList<JobEntry> Jobs);
