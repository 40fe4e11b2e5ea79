using System.Data;
using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace Relay.Persistence.Metadata.Sqlite;

/// <summary>What the library throws, sorted by what helps.</summary>
internal static class SqliteFailure
{
    /// <summary>Returns what callers are told; null for an exception that only a bug throws.</summary>
    /// <param name="exception">What the library threw.</param>
    /// <param name="path">The file.</param>
    public static Exception? Translate(Exception exception, string path) => exception switch
    {
        SqliteException { SqliteErrorCode: raw.SQLITE_CORRUPT or raw.SQLITE_NOTADB } => Damaged(exception, path),

        // SQLite keeps no checksums: a value that is no longer of its column's type is damage, too.
        DataException or InvalidCastException or ArgumentException or OverflowException or FormatException =>
            Damaged(exception, path),

        // The rows themselves: tried again, they would be refused again.
        SqliteException { SqliteErrorCode: raw.SQLITE_CONSTRAINT or raw.SQLITE_MISMATCH or raw.SQLITE_TOOBIG } =>
            new RoomMetadataRefusedException(exception.Message, exception),

        // A full disk, a directory without write access, a lock that another process holds, a call that took too long.
        SqliteException or IOException or UnauthorizedAccessException
            or OperationCanceledException or TimeoutException =>
            new RoomMetadataUnavailableException(exception.Message, exception),

        // No build of SQLite for this machine.
        TypeInitializationException or DllNotFoundException or BadImageFormatException or EntryPointNotFoundException =>
            new RoomMetadataUnusableException("SQLite cannot be loaded on this machine", exception),
        _ => null,
    };

    private static RoomMetadataUnusableException Damaged(Exception exception, string path) =>
        new($"the metadata file {path} does not read as one ({exception.Message})", exception);
}
