namespace Relay.Telemetry;

/// <summary>What the node has at the moment, asked for when metrics are read.</summary>
/// <param name="Connections">Open connections of clients.</param>
/// <param name="Documents">Documents in memory.</param>
/// <param name="UnsavedDocuments">Those of them with updates that no snapshot covers.</param>
/// <param name="IsReady">Whether the node wants clients.</param>
/// <param name="BufferedBytes">
/// What is buffered of pieces that are not whole yet; null where it is not counted.
/// </param>
/// <param name="OpenBytes">What documents in memory take, with their presence; null where that is not counted.</param>
/// <param name="AnswerBytes">
/// What is kept of answers to clients that have not read them; null where that is not counted.
/// </param>
internal sealed record NodeGauges(
    Func<int> Connections,
    Func<int> Documents,
    Func<int> UnsavedDocuments,
    Func<bool> IsReady,
    Func<long>? BufferedBytes = null,
    Func<long>? OpenBytes = null,
    Func<long>? AnswerBytes = null);
