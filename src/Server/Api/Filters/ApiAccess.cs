namespace Relay.Api.Filters;

/// <summary>Who may use an address of the API.</summary>
internal enum ApiAccess
{
    /// <summary>Those whose token allows to read the document; it may stand in the query.</summary>
    Readers,

    /// <summary>Those whose token allows to write the document.</summary>
    Writers,

    /// <summary>Administrators.</summary>
    Administrators,
}
