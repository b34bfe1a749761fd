using System.Globalization;
using HoloLoom.Fast.Execution;
using Npgsql;
using NpgsqlTypes;

namespace HoloLoom.Fast.Backends;

/// <summary>Full text search in PostgreSQL (https://www.postgresql.org/docs/current/textsearch.html).</summary>
/// <remarks>
/// The query's words are searched for, any of them, under the text search configuration's stemming and stop words; nothing in a query is taken
/// for query syntax. Ranked by cover density (<c>ts_rank_cd</c>). The table has the columns <c>id</c>, <c>text</c> and the generated
/// <c>words</c> (tsvector), with a GIN index.
/// </remarks>
public sealed class PostgresBackend : IBackend, IAsyncDisposable
{
    private readonly NpgsqlDataSource _source;
    private readonly string _table;
    private readonly string _configuration;
    private readonly double _halfScore;
    private readonly string _search;

    /// <summary>Creates the backend; it connects when it is first used.</summary>
    /// <param name="name">The name of one of the router's backends.</param>
    /// <param name="connectionString">As Npgsql takes it, for example <c>Host=localhost;Username=me;Database=mine</c>.</param>
    /// <param name="table">The table.</param>
    /// <param name="configuration">The text search configuration: <c>english</c>, <c>simple</c> …</param>
    /// <param name="halfScore">The rank that becomes a score of 1/2; above 0.</param>
    /// <exception cref="ArgumentException">The connection string cannot be read, or a name is empty.</exception>
    public PostgresBackend(
        string name, string connectionString, string table = "documents", string configuration = "english", double halfScore = 0.1)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        ArgumentException.ThrowIfNullOrEmpty(connectionString);
        ArgumentException.ThrowIfNullOrEmpty(table);
        ArgumentException.ThrowIfNullOrEmpty(configuration);
        Name = name;
        _halfScore = Scores.CheckedHalf(halfScore, nameof(halfScore));

        // The slim builder leaves TLS out unless asked: SSL Mode=Prefer would go on in plain text, and Require could not connect.
        _source = new NpgsqlSlimDataSourceBuilder(connectionString).EnableTransportSecurity().EnableFullTextSearch().Build();
        _table = Quoted(table);
        _configuration = configuration;

        // plainto_tsquery makes words of anything and joins them with &; any of them is to do.
        _search = $"""
            SELECT id, ts_rank_cd(words, query)::float8 AS rank, text
            FROM {_table}, (SELECT replace(plainto_tsquery($1::text::regconfig, $2)::text, ' & ', ' | ')::tsquery AS query) AS asked
            WHERE words @@ query
            ORDER BY rank DESC, id
            LIMIT $3
            """;
    }

    /// <inheritdoc/>
    public string Name { get; }

    /// <summary>Creates the table and its index if they are missing.</summary>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="NpgsqlException">The server cannot be reached, or refuses.</exception>
    public async Task CreateTableAsync(CancellationToken cancellationToken = default)
    {
        string literal = _configuration.Replace("'", "''", StringComparison.Ordinal);
        string index = Quoted(string.Create(CultureInfo.InvariantCulture, $"{_table.Trim('"')}_words"));
        await using NpgsqlCommand command = _source.CreateCommand($"""
            CREATE TABLE IF NOT EXISTS {_table} (
                id text PRIMARY KEY,
                text text NOT NULL,
                words tsvector GENERATED ALWAYS AS (to_tsvector('{literal}'::regconfig, text)) STORED
            );
            CREATE INDEX IF NOT EXISTS {index} ON {_table} USING gin (words);
            """);
        await command.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Adds documents, or replaces those with the same ids: all of them or, if one fails, none.</summary>
    /// <param name="documents">The documents.</param>
    /// <param name="cancellationToken">Ends the wait; nothing is added.</param>
    /// <exception cref="NpgsqlException">The server cannot be reached, or refuses.</exception>
    public async Task AddAsync(IEnumerable<Document> documents, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(documents);
        await using NpgsqlConnection connection = await _source.OpenConnectionAsync(cancellationToken).ConfigureAwait(false);
        await using NpgsqlTransaction transaction = await connection.BeginTransactionAsync(cancellationToken).ConfigureAwait(false);
        await using var command = new NpgsqlCommand(
            $"INSERT INTO {_table} (id, text) VALUES ($1, $2) ON CONFLICT (id) DO UPDATE SET text = excluded.text", connection, transaction);
        command.Parameters.Add(new NpgsqlParameter { NpgsqlDbType = NpgsqlDbType.Text });
        command.Parameters.Add(new NpgsqlParameter { NpgsqlDbType = NpgsqlDbType.Text });
        foreach (Document document in documents)
        {
            ArgumentNullException.ThrowIfNull(document, nameof(documents));
            command.Parameters[0].Value = Stored(document.Id);
            command.Parameters[1].Value = Stored(document.Text);
            await command.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false);
        }

        await transaction.CommitAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async ValueTask<IReadOnlyList<SearchResult>> SearchAsync(BackendQuery query, CancellationToken cancellationToken)
    {
        await using NpgsqlCommand command = _source.CreateCommand(_search);
        command.Parameters.Add(new NpgsqlParameter { NpgsqlDbType = NpgsqlDbType.Text, Value = _configuration });
        command.Parameters.Add(new NpgsqlParameter { NpgsqlDbType = NpgsqlDbType.Text, Value = Stored(query.Text) });
        command.Parameters.Add(new NpgsqlParameter { NpgsqlDbType = NpgsqlDbType.Integer, Value = query.Limit });
        var results = new List<SearchResult>();
        await using NpgsqlDataReader reader = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
        while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
        {
            results.Add(new SearchResult(reader.GetString(0), Scores.Saturated(reader.GetDouble(1), _halfScore), reader.GetString(2)));
        }

        return results;
    }

    /// <summary>Closes the connections.</summary>
    public ValueTask DisposeAsync() => _source.DisposeAsync();

    // PostgreSQL has no U+0000, and UTF-8 no half of a surrogate pair.
    private static string Stored(string text) =>
        System.Text.Encoding.UTF8.GetString(System.Text.Encoding.UTF8.GetBytes(text.Replace('\0', '\uFFFD')));

    private static string Quoted(string identifier) => $"\"{identifier.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";
}
