using Relay.Yjs;

namespace Relay.Backplane;

/// <summary>What is left of a damaged log.</summary>
/// <param name="Entries">The entries that read, in the order of their offsets. There may be holes between them.</param>
/// <param name="End">The last position that is known of, also if the entry there does not read.</param>
/// <param name="MayLackEnd">
/// Records that did not read have left the log, so there may have been entries after <paramref name="End"/>.
/// </param>
/// <param name="Problem">One sentence that says what is wrong and where.</param>
public sealed record SalvagedLog(IReadOnlyList<LoggedEntry> Entries, Position End, bool MayLackEnd, string Problem);
