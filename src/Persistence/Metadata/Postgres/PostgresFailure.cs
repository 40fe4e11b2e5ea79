using System.Net.Sockets;
using Npgsql;

namespace Relay.Persistence.Metadata.Postgres;

/// <summary>What the client library throws, sorted by what helps.</summary>
internal static class PostgresFailure
{
    /// <summary>Names the setting: who is told that cannot see the code.</summary>
    public const string Setting = "Relay:Postgres:ConnectionString";

    /// <summary>
    /// The server answers and will answer the same again: the user, the database or the rights are wrong.
    /// </summary>
    public static bool IsRefusal(Exception exception) =>
        exception
            is PostgresException
        {
            SqlState: PostgresErrorCodes.InvalidPassword
                or PostgresErrorCodes.InvalidAuthorizationSpecification or PostgresErrorCodes.InvalidCatalogName
                or PostgresErrorCodes.InsufficientPrivilege
        };

    /// <summary>The data itself is what the server does not take: tried again, it would be refused again.</summary>
    public static bool IsBadData(Exception exception) =>
        exception is PostgresException { SqlState: [var first, var second, ..] state }
            && (first, second) is ('2', '2') or ('2', '3') && state != PostgresErrorCodes.CheckViolation;

    /// <summary>No partition takes a row.</summary>
    public static bool IsMissingDay(Exception exception) =>
        exception is PostgresException { SqlState: PostgresErrorCodes.CheckViolation };

    /// <summary>Every other failure of the database or of the network: the call is tried again.</summary>
    public static bool IsFailure(Exception exception) =>
        exception is NpgsqlException or SocketException or IOException or TimeoutException or OperationCanceledException
            or ObjectDisposedException or InvalidOperationException;

    /// <summary>What the server says, without what was sent to it.</summary>
    public static string Words(Exception exception) =>
        exception is PostgresException postgres ? $"{postgres.MessageText} ({postgres.SqlState})" : exception.Message;
}
