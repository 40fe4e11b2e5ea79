namespace Relay.Backplane;

/// <summary>What stands at an offset of a segment file.</summary>
internal enum ScanStatus
{
    /// <summary>A record, verified.</summary>
    Record,

    /// <summary>A record whose header is intact and whose payload is not.</summary>
    PayloadDamaged,

    /// <summary>A record whose header is intact and whose end lies beyond the file's.</summary>
    Incomplete,

    /// <summary>No header that reads.</summary>
    NoHeader,
}
